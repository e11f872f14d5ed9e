import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { FoundImage } from '../../io/image-folder.js';
import type { AnnotatedImage, Annotation, Box } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { type KnownFields, loseUnread } from '../../report/unread-fields.js';
import { readPaired } from '../paired-reader.js';
import { attributesIn, isIgnoredAttribute } from './voc-attributes.js';
import { CLASS_FILE, VOC_FIELDS, vocLayout } from './voc-layout.js';

const NOT_READ = 'this field of VOC is not read';
const OBJECT_FIELDS: KnownFields = {
  known: new Set([...VOC_FIELDS, 'name', 'bndbox', 'attributes']),
  prefix: 'object.',
  reason: NOT_READ,
};
/** Where the picture lies is known from the folders. */
const DOCUMENT_FIELDS: KnownFields = {
  known: new Set(['folder', 'filename', 'path', 'size', 'object']),
  prefix: '',
  reason: NOT_READ,
};

/** The pictures of a Pascal VOC data set. */
export function* readVOC(job: ReadJob): Generator<AnnotatedImage> {
  const { parts, splitOf } = vocLayout(job.source);
  const classes = join(job.source, CLASS_FILE);
  if (existsSync(classes))
    job.classes.declare(
      readFileSync(classes, 'utf8')
        .split(/\r?\n/)
        .filter((name) => name !== ''),
    );
  const reader = new VOCDocumentReader(job);
  const format = { ending: '.xml', parse: reader.parse.bind(reader) };
  for (const part of parts) {
    for (const image of readPaired(job, part, format))
      yield { ...image, split: image.split ?? splitOf.get(image.stem) ?? null };
  }
}

class VOCDocumentReader {
  /** Values stay texts: a class may be called `1` or `true`. */
  readonly #parser = new XMLParser({
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreAttributes: (name, path) => isIgnoredAttribute(name, String(path)),
    isArray: (name) => name === 'object' || name === 'attribute',
  });

  constructor(private readonly job: ReadJob) {}

  parse(text: string, file: string, image: FoundImage): readonly Annotation[] | undefined {
    const content = this.#contentOf(text, file);
    if (!content || !this.#isAsListed(content['size'], file, image)) return undefined;
    const { segmented, ...others } = content;
    loseUnread(segmented === '0' ? others : content, DOCUMENT_FIELDS, this.job.losses, () => file);
    const objects = Array.isArray(content['object']) ? (content['object'] as unknown[]) : [];
    return objects.flatMap((object, index) => this.#annotationOf(object, file, index + 1));
  }

  #contentOf(text: string, file: string): JsonRecord | undefined {
    const checked = XMLValidator.validate(text);
    if (checked !== true) {
      this.job.problems.add(
        ProblemCode.Unreadable,
        { file, line: checked.err.line },
        `it is not XML: ${checked.err.msg}`,
      );
      return undefined;
    }
    try {
      const document = this.#parser.parse(text) as JsonRecord;
      const { annotation } = document;
      if (isRecord(annotation)) return annotation;
      if (annotation === '') return {};
      this.job.problems.add(ProblemCode.Unreadable, { file }, "its outermost element must be 'annotation'");
    } catch (error) {
      // Too many entities, or other limits of the parser.
      this.job.problems.add(
        ProblemCode.Unreadable,
        { file },
        `it cannot be read: ${String((error as { message?: unknown }).message)}`,
        error,
      );
    }
    return undefined;
  }

  #isAsListed(listed: unknown, file: string, { fileName, size }: FoundImage): boolean {
    if (!isRecord(listed)) return true;
    const [width, height] = [Number(listed['width']), Number(listed['height'])];
    if ((width === size.width && height === size.height) || !(width > 0 && height > 0)) return true;
    const message = `'${fileName}' has ${size.width}x${size.height} pixels, and is listed with ${width}x${height}`;
    this.job.problems.add(ProblemCode.WrongSize, { file }, message);
    return false;
  }

  #annotationOf(object: unknown, file: string, number: number): Annotation[] {
    const annotation = String(number);
    if (!isRecord(object) || typeof object['name'] !== 'string' || object['name'] === '') {
      this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file, annotation },
        `an object needs a name: ${shortText(object)}`,
      );
      return [];
    }
    const box = boxIn(object['bndbox']);
    if (!box) {
      this.job.problems.add(
        ProblemCode.BadAnnotation,
        { file, annotation },
        `its bndbox needs xmin, ymin, xmax and ymax: ${shortText(object['bndbox'])}`,
      );
      return [];
    }
    loseUnread(object, OBJECT_FIELDS, this.job.losses, () => `${file}#${annotation}`);
    return [{ kind: 'box', id: '', number, label: object['name'], attributes: attributesIn(object), ...box }];
  }
}

/** VOC counts pixels from 1. */
function boxIn(value: unknown): Box | undefined {
  const box = isRecord(value) ? value : {};
  const [left, top] = [numberIn(box['xmin']), numberIn(box['ymin'])];
  const [right, bottom] = [numberIn(box['xmax']), numberIn(box['ymax'])];
  if (Number.isNaN(left + top + right + bottom)) return undefined;
  return { x: left - 1, y: top - 1, width: right - left, height: bottom - top };
}

function numberIn(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}
