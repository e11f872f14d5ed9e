import { basename, extname, join, relative, sep } from 'node:path';
import { DatasetInvalidError } from '../../../../foundation/errors/dataset.errors.js';
import { isFile, safeName, stemOf } from '../../io/file-names.js';
import { type FoundImage, ImageFolder } from '../../io/image-folder.js';
import { NameBytes } from '../../io/name-bytes.js';
import { NameTable } from '../../io/name-table.js';
import type { AnnotatedImage, Annotation, ImageSize } from '../../model/annotated-image.js';
import type { KeypointNames } from '../../model/class-order.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { loseUnread, saysNothing } from '../../report/unread-fields.js';
import { AnnotationIndex } from './annotation-index.js';
import { AnnotationPieces } from './annotation-pieces.js';
import { COCOAnnotations } from './coco-annotations.js';
import { type COCOFile, cocoFiles } from './coco-layout.js';
import { type JsonElement, JsonShapeError, scanJsonElements } from './json-elements.js';
import { PlainAnnotationParser } from './plain-annotation.js';

const NOT_READ = 'this field of COCO is not read';
const IMAGE_FIELDS = {
  known: new Set(['id', 'file_name', 'width', 'height']),
  prefix: 'images.',
  reason: NOT_READ,
};
const CATEGORY_FIELDS = {
  known: new Set(['id', 'name', 'keypoints', 'skeleton', 'supercategory']),
  prefix: 'categories.',
  reason: NOT_READ,
};

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
  const files = cocoFiles(job.source);
  const owners = files.length > 1 ? new Map<string, string>() : undefined;
  for (const file of files) yield* new COCOFileReader(job, file, owners).images();
}

class COCOFileReader {
  readonly #document: string;
  /** By the number of a picture: its name, width and height. */
  readonly #names = new NameBytes();
  readonly #widths: number[] = [];
  readonly #heights: number[] = [];
  readonly #ids = new Map<unknown, number>();
  readonly #labels = new Map<unknown, string>();
  readonly #stems = new NameTable();
  readonly #index = new AnnotationIndex();
  readonly #folders = new Map<string, ImageFolder>();
  readonly #plain = new PlainAnnotationParser();
  readonly #annotations: COCOAnnotations;
  #isAnnotationFirst = false;
  /** The folder that the last picture was found in: the next one is most likely there. */
  #lastFolder: string | undefined;

  constructor(
    private readonly job: ReadJob,
    private readonly file: COCOFile,
    /** Files of this data set by the pictures that they have, each by its part and name. */
    private readonly owners: Map<string, string> | undefined,
  ) {
    this.#document = relative(job.source, file.path) || basename(file.path);
    this.#annotations = new COCOAnnotations(job, this.#labels);
  }

  *images(): Generator<AnnotatedImage> {
    this.#survey();
    const pieces = new AnnotationPieces(this.file.path, this.#index);
    try {
      for (let number = 0; number < this.#names.count; number++) {
        const image = this.#imageAt(number);
        const found = this.#isFirst(image.name) ? this.#locate(image) : undefined;
        if (!found) continue;
        yield {
          ...found,
          split: this.file.split,
          ...this.#uniqueName(image.name),
          document: this.#document,
          isLabelled: true,
          annotations: this.#annotationsOf(number, pieces),
        };
      }
    } finally {
      pieces.close();
    }
  }

  /** Whether no other file has a picture of this name in the same part. Annotations of one picture cannot be put together from two files. */
  #isFirst(name: string): boolean {
    const key = JSON.stringify([this.file.split, name]);
    const owner = this.owners?.get(key);
    if (owner === undefined) this.owners?.set(key, this.#document);
    if (owner === undefined || owner === this.#document) return true;
    const message = `the picture '${name}' is in ${owner} as well; convert the two files one after the other, each by its own path`;
    this.job.problems.add(ProblemCode.DuplicateStem, { file: this.#document }, message);
    return false;
  }

  #annotationsOf(image: number, pieces: AnnotationPieces): readonly Annotation[] {
    const [first, behind] = this.#index.placesOf(image);
    const annotations: Annotation[] = [];
    for (let place = first; place < behind; place++) {
      const { bytes, from } = pieces.read(place);
      const to = from + this.#index.lengthOf(this.#index.numberAt(place));
      const plain = this.#plain.parse(bytes, from, to);
      const made = plain
        ? this.#annotations.ofKnown(plain, this.#document)
        : this.#annotations.of(this.#parsed(bytes.toString('utf8', from, to)), this.#document);
      for (const annotation of made) annotations.push(annotation);
    }
    return annotations;
  }

  #survey(): void {
    const isFirst = this.#isPictureFirst();
    this.#scan((element) => {
      if (element.key === 'images') this.#addImage(this.#parsed(textOf(element)));
      else if (element.key === 'categories') this.#addCategory(this.#parsed(textOf(element)));
      else if (element.key !== 'annotations') this.#loseOther(element);
      else if (isFirst()) this.#addPlace(element);
    });
    // Annotations that stand before the pictures are gone through again: what they belong to was not known.
    if (this.#isAnnotationFirst) this.#scan((element) => element.key === 'annotations' && this.#addPlace(element));
    this.#index.sort(this.#names.count);
    this.job.classes.declare([...this.#labels.values()]);
  }

  /** What stands beside the pictures, e.g. `info` and `licenses`. */
  #loseOther(element: JsonElement): void {
    if (saysNothing(this.#parsed(textOf(element)))) return;
    this.job.losses.add(element.key, NOT_READ, () => this.#document);
  }

  #isPictureFirst(): () => boolean {
    return () => {
      this.#isAnnotationFirst ||= this.#names.count === 0;
      return !this.#isAnnotationFirst;
    };
  }

  #scan(visit: (element: JsonElement) => void): void {
    try {
      scanJsonElements(this.file.path, 'image_id', visit);
    } catch (error) {
      if (!(error instanceof JsonShapeError)) throw error;
      throw this.#notJson(error);
    }
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#notJson(error as SyntaxError);
    }
  }

  #notJson(error: Error): DatasetInvalidError {
    return new DatasetInvalidError({ file: this.#document }, `it is not JSON: ${error.message}`, error);
  }

  #addPlace(element: JsonElement): void {
    const { from, to, start } = element;
    const image = imageIdIn(element) ?? this.#imageIdOf(textOf(element));
    const number = this.#ids.get(image);
    if (number !== undefined) return this.#index.add(number, start, to - from);
    const message = `an annotation names the image ${shortText(image)}, which is not in the file`;
    this.job.problems.add(ProblemCode.BadAnnotation, { file: this.#document }, message);
  }

  #imageIdOf(text: string): unknown {
    const item = this.#parsed(text);
    return isRecord(item) ? item['image_id'] : undefined;
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
    loseUnread(item as JsonRecord, IMAGE_FIELDS, this.job.losses, () => `${this.#document}#${file_name}`);
    this.#ids.set(id, this.#names.count);
    this.#names.add(file_name);
    this.#widths.push(width);
    this.#heights.push(height);
  }

  #imageAt(number: number): ListedImage {
    const size = { width: this.#widths[number] ?? 0, height: this.#heights[number] ?? 0 };
    return { name: this.#names.at(number), size };
  }

  #addCategory(item: unknown): void {
    const { id, name, keypoints, skeleton, supercategory }: JsonRecord = isRecord(item) ? item : {};
    if (typeof name !== 'string' || name.trim() === '') {
      return this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file: this.#document },
        `a category needs id and name: ${shortText(item)}`,
      );
    }
    loseUnread(item as JsonRecord, CATEGORY_FIELDS, this.job.losses, () => `${this.#document}#${name}`);
    this.#labels.set(id, name);
    if (Array.isArray(keypoints)) this.job.classes.keypoints.set(name, keypointNames(keypoints, skeleton));
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
    const folders = this.#lastFolder === undefined ? [] : [this.#lastFolder];
    const folder = [...folders, ...this.file.imageFolders].find((candidate) => isFile(join(candidate, plain)));
    if (folder === undefined && this.job.mayLackImages) return { file: null, size };
    if (folder === undefined) {
      this.job.problems.add(ProblemCode.NoImage, { file: this.#document }, `there is no picture '${name}' beside it`);
      return undefined;
    }
    this.#lastFolder = folder;
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

function keypointNames(names: readonly unknown[], skeleton: unknown): KeypointNames {
  const isPair = (line: unknown): line is number[] => Array.isArray(line) && line.every(Number.isInteger);
  return { names: names.map(String), skeleton: Array.isArray(skeleton) ? skeleton.filter(isPair) : [] };
}

function textOf({ bytes, from, to }: JsonElement): string {
  return bytes.toString('utf8', from, to);
}

/** The picture that an annotation belongs to; undefined where its number is spelt in an unusual way. */
function imageIdIn({ bytes, markedAt, to }: JsonElement): number | undefined {
  let at = markedAt;
  let value = 0;
  if (at === -1) return undefined;
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const isEnd = bytes[at] === 0x2c || bytes[at] === 0x7d;
  return isEnd && at > markedAt && Number.isSafeInteger(value) ? value : undefined;
}
