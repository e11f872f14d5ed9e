import { DatasetInvalidError } from '../../../../foundation/errors/dataset.errors.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { safeName } from '../../io/file-names.js';
import { IdNumbers } from '../../io/id-numbers.js';
import { NameBytes } from '../../io/name-bytes.js';
import type { ImageSize } from '../../model/annotated-image.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { loseUnread, saysNothing } from '../../report/unread-fields.js';
import { AnnotationIndex } from './annotation-index.js';
import { COCOCategories } from './coco-categories.js';
import { NOT_READ } from './not-read.js';
import { type JsonElement, JsonShapeError, scanJsonElements } from './json-elements.js';

/** Lists of which a COCO file has one at least. */
const LISTS: readonly string[] = ['images', 'annotations'];
const IMAGE_FIELDS = {
  known: new Set(['id', 'file_name', 'width', 'height']),
  prefix: 'images.',
  reason: NOT_READ,
};

/** A picture as its COCO file has it. */
export interface ListedImage {
  readonly name: string;
  readonly size: ImageSize;
  /** Its id, where that is to be kept. */
  readonly ownId: number | undefined;
}

/** The first way through a COCO file: for its pictures and categories, and for where the annotations of each picture lie. */
export class COCOSurvey {
  readonly index = new AnnotationIndex();
  /** By the number of a picture: its name, width and height. */
  readonly #names = new NameBytes();
  readonly #widths: number[] = [];
  readonly #heights: number[] = [];
  readonly #ids = new IdNumbers();
  /** By the number of a picture: that of the file, where they are kept. */
  readonly #ownIds: number[] = [];
  readonly #categories: COCOCategories;
  #keepsIds: boolean;
  #isAnnotationFirst = false;
  /** Entries of `images` by whether they name a file. */
  readonly #entries = { named: 0, nameless: 0 };

  constructor(
    private readonly job: ReadJob,
    private readonly path: string,
    /** The file as messages name it. */
    private readonly document: string,
    /** Whether no other file has pictures of the same part. */
    isOnlyOne: boolean,
  ) {
    this.#categories = new COCOCategories(job, document);
    this.#keepsIds = job.isSameFormat === true && isOnlyOne;
  }

  /** Names of the categories by their ids. */
  get labels(): ReadonlyMap<unknown, string> {
    return this.#categories.labels;
  }

  /** How many pictures the file lists. */
  get count(): number {
    return this.#names.count;
  }

  /** The picture of a number, in the order of the file. */
  imageAt(number: number): ListedImage {
    const size = { width: this.#widths[number] ?? 0, height: this.#heights[number] ?? 0 };
    return { name: this.#names.at(number), size, ownId: this.#keepsIds ? this.#ownIds[number] : undefined };
  }

  /** Goes through the file. */
  run(): void {
    const isFirst = this.#isPictureFirst();
    const lists = this.#scan((element) => {
      if (!element.isInList && LISTS.includes(element.key)) throw this.#notCOCO(`'${element.key}' is no list`);
      if (element.key === 'images') this.#addImage(parsedJson(textOf(element), this.document));
      else if (element.key === 'categories') this.#categories.add(parsedJson(textOf(element), this.document));
      else if (element.key !== 'annotations') this.#loseOther(element);
      else if (isFirst()) this.#addPlace(element);
    });
    if (!LISTS.some((key) => lists.has(key))) throw this.#notCOCO('it has no list of images, and none of annotations');
    if (this.#entries.nameless > 0 && this.#entries.named === 0)
      throw this.#notCOCO('none of its images has a file_name');
    // Annotations that stand before the pictures are gone through again: what they belong to was not known.
    if (this.#isAnnotationFirst) this.#scan((element) => element.key === 'annotations' && this.#addPlace(element));
    this.index.sort(this.#names.count);
    this.#loseIds();
    this.job.classes.declare([...this.#categories.labels.values()]);
  }

  /** Ids of pictures are kept all or not at all: new ones might be those of others. */
  #loseIds(): void {
    this.#keepsIds &&= this.#ids.size === this.count;
    if (this.#keepsIds || this.job.isSameFormat === undefined) return;
    const reason = this.job.isSameFormat ? 'they are not whole numbers that differ' : 'only COCO numbers its pictures';
    for (let number = 0; number < this.count; number++)
      this.job.losses.add('images.id', reason, () => `${this.document}#${this.#names.at(number)}`);
  }

  /** What stands beside the pictures, e.g. `info` and `licenses`. */
  #loseOther(element: JsonElement): void {
    if (saysNothing(parsedJson(textOf(element), this.document))) return;
    this.job.losses.add(element.key, NOT_READ, () => this.document);
  }

  #isPictureFirst(): () => boolean {
    return () => {
      this.#isAnnotationFirst ||= this.#names.count === 0;
      return !this.#isAnnotationFirst;
    };
  }

  /** What is no COCO file at all is nothing to skip: nobody would notice that it is empty. */
  #notCOCO(reason: string): DatasetInvalidError {
    const problem = `it is no COCO file: ${reason}. Name the data set's own format (--from)`;
    return new DatasetInvalidError({ file: this.document }, problem);
  }

  #scan(visit: (element: JsonElement) => void): ReadonlySet<string> {
    try {
      return scanJsonElements(this.path, 'image_id', visit);
    } catch (error) {
      if (!(error instanceof JsonShapeError)) throw error;
      throw notJson(error, this.document);
    }
  }

  #addPlace(element: JsonElement): void {
    const { from, to, start } = element;
    const image = imageIdIn(element) ?? this.#imageIdOf(textOf(element));
    const number = this.#ids.get(image);
    if (number !== undefined) return this.index.add(number, start, to - from);
    const message = `an annotation names the image ${shortText(image)}, which is not in the file`;
    this.job.problems.add(ProblemCode.BadAnnotation, { file: this.document }, message);
  }

  #imageIdOf(text: string): unknown {
    const item = parsedJson(text, this.document);
    return isRecord(item) ? item['image_id'] : undefined;
  }

  #countEntry(name: unknown): void {
    this.#entries[typeof name === 'string' ? 'named' : 'nameless']++;
  }

  #addImage(item: unknown): void {
    const { id, file_name, width, height }: JsonRecord = isRecord(item) ? item : {};
    this.#countEntry(file_name);
    if (
      typeof file_name !== 'string' ||
      typeof width !== 'number' ||
      typeof height !== 'number' ||
      !(width > 0 && height > 0)
    ) {
      return this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file: this.document },
        `an image needs id, file_name, width and height: ${shortText(item)}`,
      );
    }
    if (file_name.split(/[/\\]/).some((part) => safeName(part) === undefined)) {
      return this.job.problems.add(
        ProblemCode.BadName,
        { file: this.document },
        `the file name ${shortText(file_name)} leads out of the data set, or cannot be one`,
      );
    }
    loseUnread(item as JsonRecord, IMAGE_FIELDS, this.job.losses, () => `${this.document}#${file_name}`);
    this.#keepsIds &&= Number.isSafeInteger(id);
    if (this.#keepsIds) this.#ownIds.push(id as number);
    this.#ids.set(id, this.#names.count);
    this.#names.add(file_name);
    this.#widths.push(width);
    this.#heights.push(height);
  }
}

/** What a text of the file says. @throws {@link DatasetInvalidError} where it is no JSON. */
export function parsedJson(text: string, document: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error as SyntaxError, document);
  }
}

function notJson(error: Error, document: string): DatasetInvalidError {
  return new DatasetInvalidError({ file: document }, `it is not JSON: ${error.message}`, error);
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
