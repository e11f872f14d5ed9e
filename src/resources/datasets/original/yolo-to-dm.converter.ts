import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { DatasetNotFoundError, type DatasetPlace } from '../../../foundation/errors/dataset.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { AnnotationIds } from '../formats/dm/annotation-ids.js';
import { emptyLists } from '../formats/dm/dm-v2-maker.js';
import { readYOLOConfig } from '../formats/yolo/yolo-config.js';
import { fileNamesIn, isFolder, stemOf } from '../io/file-names.js';
import { ImageHeaderReader } from '../io/image-header.js';
import type { ImageSize } from '../model/annotated-image.js';
import { OnError, ProblemCode, ProblemLog } from '../report/problem-log.js';
import type { OriginalConverterOptions } from './dm-to-yolo.converter.js';
import { DMVersion } from './original-documents.js';
import { originalImage, originalParts, type OriginalPart, required, sizeOfImage } from './original-folder.js';
import { type OriginalShape, shapeInLine } from './original-lines.js';

const IMAGE_FOLDERS = ['images', 'img', 'imgs'];

/** How a converter from YOLO is made. */
export interface YOLOToDMOptions extends OriginalConverterOptions {
  /** Classes in the order of their numbers. @defaultValue those that dataset.yaml or classes.txt names */
  readonly classNames?: readonly string[];
  /** Whether a line that cannot be understood ends the work, or is reported and left out. @defaultValue `fail` */
  readonly onError?: OnError;
}

/** A picture with its document. */
export interface ConvertedLabels {
  readonly split: string | null;
  readonly dmJson: unknown;
  readonly imagePath: string;
  readonly imageName: string;
  /** How many annotations the document has. */
  readonly annotations: number;
}

/**
 * YOLO to DM as the original does it: what a line is, its number of fields says, and nothing else. `DatasetFormatRegistry.convert` is the
 * way for new data sets; this one is for those that have to match old ones.
 */
export class YOLOToDMConverter {
  readonly #headers = new ImageHeaderReader();
  readonly #ids = new AnnotationIds();
  readonly #counts = { images: 0, annotations: 0 };
  /** Lines and files that were passed over. */
  readonly problems: ProblemLog;
  #names: readonly string[] | undefined;

  constructor(readonly options: YOLOToDMOptions = {}) {
    this.problems = new ProblemLog(options.onError);
  }

  get classNames(): readonly string[] {
    return (this.#names ??= this.#readNames());
  }

  /** What the last call of `saveToFolder` wrote. */
  get counts(): { readonly images: number; readonly annotations: number } {
    return this.#counts;
  }

  /** The pictures with their documents, one at a time, in the order of their names. */
  *convert(): Generator<ConvertedLabels> {
    const root = this.#root();
    for (const part of originalParts(root, this.options.isCategorized ?? false)) yield* this.#convertPart(root, part);
  }

  /** Writes the data set into a folder. */
  saveToFolder(folder: string): void {
    for (const { split, dmJson, imagePath, imageName, annotations } of this.convert()) {
      const place = join(folder, split ?? '');
      for (const name of ['json', 'original_files']) mkdirSync(join(place, name), { recursive: true });
      writeFileSync(join(place, 'json', `${stemOf(imageName)}.json`), JSON.stringify(dmJson, null, 2));
      if (join(place, 'original_files', imageName) !== imagePath)
        copyFileSync(imagePath, join(place, 'original_files', imageName));
      this.#counts.images++;
      this.#counts.annotations += annotations;
    }
  }

  /** The document of one picture's lines. @throws {@link UsageError} without class names or picture. */
  convertSingleFile(
    lines: readonly string[],
    imagePath: string,
    classNames = this.options.classNames,
  ): Omit<ConvertedLabels, 'split'> {
    if (!classNames)
      throw new UsageError(
        'A single file does not say what its classes are called. Give classNames, in the order of their numbers.',
      );
    if (imagePath === '')
      throw new UsageError('A single file is converted with the path of its picture, which is empty.');
    const size = sizeOfImage(this.#headers, '', imagePath);
    const shapes = this.#shapesIn(lines, size, classNames, { file: imagePath });
    return {
      dmJson: this.#documentOf(shapes, classNames),
      imagePath,
      imageName: basename(imagePath),
      annotations: shapes.length,
    };
  }

  *#convertPart(root: string, { split, folder }: OriginalPart): Generator<ConvertedLabels> {
    const images = IMAGE_FOLDERS.map((name) => join(folder, name)).find(isFolder) ?? required(join(folder, 'images'));
    const labels = required(join(folder, 'labels'));
    for (const name of fileNamesIn(labels, ['.txt'])) {
      const stem = stemOf(name);
      const imageName = originalImage(images, stem);
      if (imageName === undefined) {
        this.options.onWarning?.(`[${split ?? 'root'}] Image for ${stem} not found, skipping.`);
        this.problems.note(ProblemCode.NoImage, { file: relative(root, join(labels, name)) }, 'it has no picture');
        continue;
      }
      const imagePath = join(images, imageName);
      const size = sizeOfImage(this.#headers, root, imagePath);
      const path = join(labels, name);
      const shapes = this.#shapesIn(readFileSync(path, 'utf8').split(/\r?\n/), size, this.classNames, {
        file: relative(root, path),
      });
      yield {
        split,
        dmJson: this.#documentOf(shapes, this.classNames),
        imagePath,
        imageName,
        annotations: shapes.length,
      };
    }
  }

  #shapesIn(lines: readonly string[], size: ImageSize, names: readonly string[], place: DatasetPlace): OriginalShape[] {
    return lines.flatMap((text, index) => {
      if (text.trim() === '') return [];
      const made = shapeInLine(text.trim().split(/\s+/), size, names);
      if (typeof made === 'string') this.problems.add(ProblemCode.BadAnnotation, { ...place, line: index + 1 }, made);
      return typeof made === 'object' ? [made] : [];
    });
  }

  #documentOf(shapes: readonly OriginalShape[], names: readonly string[]): unknown {
    if (this.options.dmVersion === DMVersion.V1) {
      const items = shapes.map(({ tool, label, data }) => {
        const id = this.#ids.make();
        return {
          id,
          tool: tool === 'bounding_box' ? 'boundingBox' : tool,
          isLocked: false,
          isVisible: true,
          classification: { class: label },
          ...data,
        };
      });
      return { annotations: { image: items } };
    }
    const lists: Record<string, unknown[]> = emptyLists();
    for (const { tool, label, data } of shapes)
      lists[tool]?.push({ id: this.#ids.make(), classification: label, attrs: [], ...data });
    return { classification: { bounding_box: names }, images: [lists] };
  }

  #readNames(): readonly string[] {
    const root = this.#root();
    const names = this.options.classNames ?? readYOLOConfig(root).names;
    if (names.length > 0) return names;
    throw new DatasetNotFoundError(root, 'its dataset.yaml names no class');
  }

  #root(): string {
    const { rootDir } = this.options;
    if (rootDir) return rootDir;
    throw new UsageError('A folder is converted from rootDir, which is not given. Give it, or use convertSingleFile.');
  }
}
