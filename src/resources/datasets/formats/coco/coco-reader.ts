import { basename, extname, join, relative, sep } from 'node:path';
import { DatasetInvalidError } from '../../../../foundation/errors/dataset.errors.js';
import { isFile, safeName, stemOf } from '../../io/file-names.js';
import { type FoundImage, ImageFolder } from '../../io/image-folder.js';
import type { AnnotatedImage, Annotation, ImageSize } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { AnnotationIndex } from './annotation-index.js';
import { COCOAnnotations } from './coco-annotations.js';
import { type COCOFile, cocoFiles } from './coco-layout.js';
import { jsonElements, JsonShapeError, PieceReader } from './json-elements.js';

/** A picture as its COCO file has it. */
interface ListedImage {
  readonly name: string;
  readonly size: ImageSize;
}

/**
 * The pictures of a COCO data set. Each file is gone through once for its pictures and categories and for where annotations lie, and then
 * picture by picture: the names of the pictures and 16 bytes for each annotation are kept, the annotations themselves are not.
 */
export function* readCOCO(job: ReadJob): Generator<AnnotatedImage> {
  for (const file of cocoFiles(job.source)) yield* new COCOFileReader(job, file).images();
}

class COCOFileReader {
  readonly #document: string;
  readonly #images: ListedImage[] = [];
  readonly #ids = new Map<unknown, number>();
  readonly #labels = new Map<unknown, string>();
  readonly #stems = new Set<string>();
  readonly #index = new AnnotationIndex();
  readonly #folders = new Map<string, ImageFolder>();
  /** Annotations that stand before the pictures in the file. */
  readonly #early: { readonly image: unknown; readonly start: number; readonly length: number }[] = [];

  constructor(
    private readonly job: ReadJob,
    private readonly file: COCOFile,
  ) {
    this.#document = relative(job.source, file.path) || basename(file.path);
  }

  *images(): Generator<AnnotatedImage> {
    this.#survey();
    const pieces = new PieceReader(this.file.path);
    const annotations = new COCOAnnotations(this.job, this.#labels);
    try {
      for (const [number, image] of this.#images.entries()) {
        const found = this.#locate(image);
        if (!found) continue;
        const items: Annotation[] = [];
        for (const { start, length } of this.#index.placesOf(number))
          items.push(...annotations.of(JSON.parse(pieces.read(start, length)), this.#document));
        yield {
          ...found,
          split: this.file.split,
          ...this.#uniqueName(image.name),
          document: this.#document,
          isLabelled: true,
          annotations: items,
        };
      }
    } finally {
      pieces.close();
    }
  }

  #survey(): void {
    try {
      for (const { key, start, length, text } of jsonElements(this.file.path)) {
        if (key === 'annotations') this.#addPlace(imageIdIn(text), start, length);
        else if (key === 'images') this.#addImage(JSON.parse(text));
        else if (key === 'categories') this.#addCategory(JSON.parse(text));
      }
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof JsonShapeError)) throw error;
      throw new DatasetInvalidError({ file: this.#document }, `it is not JSON: ${error.message}`, error);
    }
    this.#settle();
    this.#index.sort(this.#images.length);
    this.job.classes.declare([...this.#labels.values()]);
  }

  #addPlace(image: unknown, start: number, length: number): void {
    const number = this.#ids.get(image);
    if (number === undefined) this.#early.push({ image, start, length });
    else this.#index.add(number, start, length);
  }

  /** Finds the pictures of annotations that came before them. */
  #settle(): void {
    for (const { image, start, length } of this.#early.splice(0)) {
      const number = this.#ids.get(image);
      if (number !== undefined) this.#index.add(number, start, length);
      else {
        const message = `an annotation names the image ${shortText(image)}, which is not in the file`;
        this.job.problems.add(ProblemCode.BadAnnotation, { file: this.#document }, message);
      }
    }
  }

  #addImage(item: unknown): void {
    const { id, file_name, width, height }: JsonRecord = isRecord(item) ? item : {};
    if (
      typeof file_name !== 'string' ||
      typeof width !== 'number' ||
      typeof height !== 'number' ||
      !(width > 0 && height > 0)
    ) {
      return this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file: this.#document },
        `an image needs id, file_name, width and height: ${shortText(item)}`,
      );
    }
    if (file_name.split(/[/\\]/).some((part) => safeName(part) === undefined)) {
      return this.job.problems.add(
        ProblemCode.BadName,
        { file: this.#document },
        `the file name ${shortText(file_name)} leads out of the data set, or cannot be one`,
      );
    }
    this.#ids.set(id, this.#images.length);
    this.#images.push({ name: file_name, size: { width, height } });
  }

  #addCategory(item: unknown): void {
    const { id, name, keypoints, supercategory }: JsonRecord = isRecord(item) ? item : {};
    if (typeof name !== 'string') {
      return this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file: this.#document },
        `a category needs id and name: ${shortText(item)}`,
      );
    }
    this.#labels.set(id, name);
    if (Array.isArray(keypoints))
      this.job.losses.add(
        'categories.keypoints',
        'names and skeletons of key points are not read',
        () => `${this.#document}#${name}`,
      );
    if (
      typeof supercategory === 'string' &&
      supercategory !== '' &&
      supercategory !== 'none' &&
      supercategory !== name
    ) {
      this.job.losses.add(
        'categories.supercategory',
        'categories have no categories of their own',
        () => `${this.#document}#${name}`,
      );
    }
  }

  /** The picture's file; a data set without any folder of pictures has annotations only. */
  #locate({ name, size }: ListedImage): Pick<AnnotatedImage, 'file' | 'size'> | undefined {
    const plain = name.split(/[/\\]/).join(sep);
    const folder = this.file.imageFolders.find((candidate) => isFile(join(candidate, plain)));
    if (folder === undefined) {
      this.job.problems.add(ProblemCode.NoImage, { file: this.#document }, `there is no picture '${name}' beside it`);
      return undefined;
    }
    const found = this.#folderAt(folder).read(plain, this.#document);
    return found && this.#isAsListed(found, size) ? { file: found.file, size: found.size } : undefined;
  }

  #folderAt(path: string): ImageFolder {
    let folder = this.#folders.get(path);
    if (!folder) this.#folders.set(path, (folder = new ImageFolder(path, path, this.job.problems)));
    return folder;
  }

  #isAsListed({ fileName, size }: FoundImage, listed: ImageSize): boolean {
    if (size.width === listed.width && size.height === listed.height) return true;
    const isTurned = size.width === listed.height && size.height === listed.width;
    const cause = isTurned ? '; it was annotated as its EXIF data turns it' : '';
    const message = `'${fileName}' has ${size.width}x${size.height} pixels, and is listed with ${listed.width}x${listed.height}${cause}`;
    this.job.problems.add(ProblemCode.WrongSize, { file: this.#document }, message);
    return false;
  }

  /** Names below folders become plain ones, and such as differ in their ending only get it into the name. */
  #uniqueName(path: string): Pick<AnnotatedImage, 'stem' | 'fileName'> {
    let fileName = path.split(/[/\\]/).join('_');
    for (let copy = 1; this.#stems.has(stemOf(fileName)); copy++) {
      fileName = `${stemOf(path.split(/[/\\]/).join('_'))}_${extname(path).slice(1)}${copy === 1 ? '' : copy}${extname(path)}`;
    }
    if (fileName !== path)
      this.job.losses.add('file_name', `names become unique and plain, e.g. ${fileName}`, () => path);
    const stem = stemOf(fileName);
    this.#stems.add(stem);
    return { stem, fileName };
  }
}

/** The picture that an annotation belongs to. Only where the key stands more than once, the text is parsed for it. */
function imageIdIn(text: string): unknown {
  const [, number] = /"image_id"\s*:\s*(\d+)\s*[,}]/.exec(text) ?? [];
  if (number !== undefined && text.indexOf('"image_id"') === text.lastIndexOf('"image_id"')) return Number(number);
  const item: unknown = JSON.parse(text);
  return isRecord(item) ? item['image_id'] : undefined;
}
