import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatasetInvalidError } from '../../../foundation/errors/dataset.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { versionProblem } from '../formats/dm/dm-version.js';
import { fileNamesIn, isFolder, stemOf } from '../io/file-names.js';
import { ImageHeaderReader } from '../io/image-header.js';
import type { JsonRecord } from '../model/json-value.js';
import type { Loss } from '../report/loss-log.js';
import { ProblemCode, ProblemLog } from '../report/problem-log.js';
import { OddShapes } from './odd-shapes.js';
import { DMVersion, originalDocuments, originalOrder } from './original-documents.js';
import {
  originalDocument,
  originalImage,
  originalParts,
  type OriginalPart,
  required,
  sizeOfImage,
} from './original-folder.js';
import { numbersOf, type OriginalLabel } from './original-values.js';
import { pythonList } from './python-list.js';

/** How a converter is made. */
export interface OriginalConverterOptions {
  /** Folder of the source. Left out for single files. */
  readonly rootDir?: string;
  /** Whether the source has folders train, valid and perhaps test. @defaultValue false */
  readonly isCategorized?: boolean;
  /** Version of the DM side. @defaultValue `v2` */
  readonly dmVersion?: DMVersion;
  /** Told of documents that are passed over, e.g. because they have no picture. */
  readonly onWarning?: (message: string) => void;
}

/** A picture with its lines. */
export interface ConvertedImage {
  readonly split: string | null;
  readonly imagePath: string;
  readonly imageName: string;
  readonly labelName: string;
  readonly labelLines: readonly string[];
}

/** What a single document became. */
export interface ConvertedDocument {
  readonly labelLines: readonly string[];
  readonly classNames: readonly OriginalLabel[];
  readonly classMap: Readonly<Record<string, number>>;
}

/**
 * DM to YOLO as the original does it: boxes, polygons and key points in one file of labels, class numbers by code point, nothing cut at
 * the edge of the picture. `DatasetFormatRegistry.convert` is the way for new data sets; this one is for those that have to match old ones.
 */
export class FromDMToYOLOConverter {
  readonly #headers = new ImageHeaderReader();
  readonly #documents;
  readonly #counts = { images: 0, annotations: 0 };
  /** Documents that were passed over. */
  readonly problems = new ProblemLog();
  readonly #odd = new OddShapes();
  #names: readonly OriginalLabel[] | undefined;

  constructor(readonly options: OriginalConverterOptions = {}) {
    this.#documents = originalDocuments(options.dmVersion ?? DMVersion.V2);
  }

  /** Every class of the source, in the order of its number. */
  get classNames(): readonly OriginalLabel[] {
    return (this.#names ??= this.getAllClasses());
  }

  /** Shapes that were written as they are, though they are inverted or not in their picture. */
  get losses(): readonly Loss[] {
    return this.#odd.losses.list();
  }

  /** What the last call of `saveToFolder` wrote. */
  get counts(): { readonly images: number; readonly annotations: number } {
    return this.#counts;
  }

  /** Number of each class. */
  get classMap(): Readonly<Record<string, number>> {
    return Object.fromEntries(numbersOf(this.classNames));
  }

  /** Reads all documents for the classes they have. */
  getAllClasses(): readonly OriginalLabel[] {
    const root = this.#root();
    const labels = new Set<OriginalLabel>();
    for (const { folder } of this.#parts()) {
      const documents = isFolder(join(folder, 'json')) ? join(folder, 'json') : folder;
      for (const name of fileNamesIn(documents, ['.json'])) {
        const path = join(documents, name);
        this.#documents.collect(this.#document(path), relative(root, path), labels);
      }
    }
    return originalOrder(labels, root);
  }

  /** The pictures with their lines, one at a time, in the order of their names. */
  *convert(): Generator<ConvertedImage> {
    for (const part of this.#parts()) yield* this.#convertPart(part);
  }

  /**
   * Writes the data set into a folder; what is there already and is not written again stays.
   *
   * @param place - Where the data set will lie, for its dataset.yaml. @defaultValue the folder
   */
  saveToFolder(folder: string, place = folder): void {
    const splits = this.#parts().map(({ split }) => split);
    for (const split of splits) {
      for (const name of ['images', 'labels']) mkdirSync(join(folder, split ?? '', name), { recursive: true });
    }
    for (const { split, imagePath, imageName, labelName, labelLines } of this.convert()) {
      const part = join(folder, split ?? '');
      if (join(part, 'images', imageName) !== imagePath) copyFileSync(imagePath, join(part, 'images', imageName));
      writeFileSync(join(part, 'labels', labelName), labelLines.join('\n'));
      this.#counts.images++;
      this.#counts.annotations += labelLines.length;
    }
    writeFileSync(join(folder, 'dataset.yaml'), this.datasetYaml(place));
    writeFileSync(join(folder, 'classes.txt'), `${this.classNames.join('\n')}\n`);
  }

  /** Text of the file that describes the data set; `path` is where it lies, not where it came from. */
  datasetYaml(folder: string): string {
    const splits = this.#parts().map(({ split }) => split);
    const [train, val] = this.options.isCategorized ? ['train/images', 'valid/images'] : ['images', 'images'];
    const test = splits.includes('test') ? 'test: test/images\n' : '';
    return `path: ${folder}\ntrain: ${train}\nval: ${val}\n${test}\nnc: ${this.classNames.length}\nnames: ${pythonList(this.classNames)}\n`;
  }

  /**
   * The lines of one document.
   *
   * @param classNames - Classes in the order of their numbers; annotations of others are left out. @defaultValue those of the document
   */
  convertSingleFile(document: JsonRecord, imagePath: string, classNames?: readonly OriginalLabel[]): ConvertedDocument {
    const labels = new Set<OriginalLabel>();
    if (!classNames) this.#documents.collect(document, imagePath, labels);
    const names = classNames ?? originalOrder(labels, imagePath);
    const numbers = numbersOf(names);
    const size = sizeOfImage(this.#headers, '', imagePath);
    const labelLines = this.#documents.lines(document, imagePath, { size, numbers });
    return { labelLines, classNames: names, classMap: Object.fromEntries(numbers) };
  }

  *#convertPart({ split, folder }: OriginalPart): Generator<ConvertedImage> {
    const root = this.#root();
    const numbers = numbersOf(this.classNames);
    if (split !== null && !isFolder(join(folder, 'json'))) return;
    for (const name of fileNamesIn(join(folder, 'json'), ['.json'])) {
      const stem = stemOf(name);
      const imageName = originalImage(join(folder, 'original_files'), stem);
      if (imageName === undefined) {
        this.options.onWarning?.(`[${split ?? 'root'}] Image for ${stem} not found, skipping.`);
        this.problems.note(
          ProblemCode.NoImage,
          { file: relative(root, join(folder, 'json', name)) },
          'it has no picture',
        );
        continue;
      }
      const imagePath = join(folder, 'original_files', imageName);
      const path = join(folder, 'json', name);
      const size = sizeOfImage(this.#headers, root, imagePath);
      const context = { size, numbers, odd: this.#odd };
      const labelLines = this.#documents.lines(this.#document(path), relative(root, path), context);
      yield { split, imagePath, imageName, labelName: `${stem}.txt`, labelLines };
    }
  }

  #document(path: string): JsonRecord {
    const document = originalDocument(this.#root(), path);
    const problem = versionProblem(document, this.options.dmVersion ?? DMVersion.V2);
    if (problem === undefined) return document;
    throw new DatasetInvalidError({ file: relative(this.#root(), path) }, problem);
  }

  #root(): string {
    const { rootDir } = this.options;
    if (rootDir) return rootDir;
    throw new UsageError('A folder is converted from rootDir, which is not given. Give it, or use convertSingleFile.');
  }

  #parts(): readonly OriginalPart[] {
    const root = this.#root();
    const isCategorized = this.options.isCategorized ?? false;
    if (!isCategorized) for (const name of ['json', 'original_files']) required(join(root, name));
    return originalParts(root, isCategorized);
  }
}
