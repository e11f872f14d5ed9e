import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { ImageHandling } from '../../io/image-placer.js';
import { NameTable } from '../../io/name-table.js';
import { writeNew } from '../../io/write-new.js';
import { stemOf } from '../../io/file-names.js';
import type { AnnotatedImage, Annotation, AnnotationAttribute, Box } from '../../model/annotated-image.js';
import { boxAround } from '../../model/geometry.js';
import type { DatasetWriter, WriteJob } from '../../registry/format-definition.js';
import { placeIn } from '../../report/annotation-place.js';
import { addUnknownClass } from '../../report/unknown-class.js';
import { type VOCAttribute, vocAttributesOf } from './voc-attributes.js';
import { CLASS_FILE, VOC_FIELDS } from './voc-layout.js';

/** What VOC's fields hold where nothing is known, if not 0. */
const UNSAID_FIELDS: Readonly<Record<string, string>> = { pose: 'Unspecified' };
/** XML cannot hold these at all. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const EVERY_CONTROL = new RegExp(CONTROLS, 'g');
const LIST_OF: Readonly<Record<string, string>> = { valid: 'val' };

/** Writes a Pascal VOC data set: all documents in one folder, lists of names for parts. */
export class VOCWriter implements DatasetWriter {
  readonly #stems = new NameTable();
  /** By the number of a stem: the part that has it. */
  readonly #owners: string[] = [];
  #written = 0;

  constructor(private readonly job: WriteJob) {
    const folders = [
      'Annotations',
      'ImageSets/Main',
      ...(job.images.handling === ImageHandling.None ? [] : ['JPEGImages']),
    ];
    for (const folder of folders) mkdirSync(`${job.folder}/${folder}`, { recursive: true });
  }

  get written(): number {
    return this.#written;
  }

  add(image: AnnotatedImage): void {
    const { folder, images } = this.job;
    const fileName = this.#uniqueName(image);
    const stem = stemOf(fileName);
    if (image.file !== null) images.place(image.file, `${folder}/JPEGImages/${fileName}`);
    if (image.split !== null)
      appendFileSync(`${folder}/ImageSets/Main/${LIST_OF[image.split] ?? image.split}.txt`, `${stem}\n`);
    if (!image.isLabelled) return;
    const objects = image.annotations.flatMap((annotation) => this.#objectOf(annotation, image));
    this.#written += objects.length;
    writeNew(`${folder}/Annotations/${stem}.xml`, documentOf(fileName, image, objects));
  }

  finish(): undefined {
    writeFileSync(
      `${this.job.folder}/${CLASS_FILE}`,
      this.job.classes
        .names()
        .map((name) => `${name.replace(/\s+/g, ' ')}\n`)
        .join(''),
    );
  }

  /** Parts share one folder, so pictures of the same name in two of them get the part's name in front. */
  #uniqueName({ fileName, split }: AnnotatedImage): string {
    const part = split ?? '';
    const stem = this.#stems.add(stemOf(fileName));
    const owner = (this.#owners[stem] ??= part);
    if (owner === part) return fileName;
    this.job.losses.add(
      'file_name',
      'parts share a folder: names in two of them get the name of the part in front',
      () => `${part}/${fileName}`,
    );
    return `${part}_${fileName}`;
  }

  #objectOf(annotation: Annotation, image: AnnotatedImage): string[] {
    const placeOf = (): string => placeIn(image, annotation);
    if (annotation.kind === 'polyline' || annotation.kind === 'relation' || annotation.kind === 'group') {
      this.job.losses.add(annotation.kind, 'VOC has boxes only', placeOf);
      return [];
    }
    if (this.job.classes.idOf(annotation.label) === undefined) {
      addUnknownClass(this.job.problems, image, annotation);
      return [];
    }
    if (annotation.id !== '') this.job.losses.add('id', 'VOC has no ids', placeOf);
    if (annotation.kind !== 'box') this.job.losses.add(annotation.kind, 'written as the box around it', placeOf);
    const box = boxOf(annotation);
    return box ? [this.#objectText(annotation, box, placeOf)] : [];
  }

  #objectText({ label, attributes }: Annotation, box: Box, placeOf: () => string): string {
    for (const { name, value } of attributes) {
      const reason = lossOf(value);
      if (reason !== undefined) this.job.losses.add(`attributes.${name}`, reason, placeOf);
    }
    const { own, others } = vocAttributesOf(attributes);
    const fields = VOC_FIELDS.map(
      (name) => `    <${name}>${escaped(own.get(name) ?? UNSAID_FIELDS[name] ?? '0')}</${name}>\n`,
    );
    const more = others.length === 0 ? '' : `    <attributes>${others.map(attributeText).join('')}</attributes>\n`;
    return `  <object>\n    <name>${escaped(label)}</name>\n${fields.join('')}${more}    ${boxText(box)}\n  </object>\n`;
  }
}

/** What an XML document cannot keep of a value. */
function lossOf(value: AnnotationAttribute['value']): string | undefined {
  if (typeof value === 'object') return 'VOC has no lists; it is written as one text';
  const isKept = typeof value !== 'string' || (value === value.trim() && !CONTROLS.test(value));
  return isKept ? undefined : 'blanks at its ends and control characters are not kept';
}

function attributeText({ name, text, type }: VOCAttribute): string {
  const typed = type === undefined ? '' : ` type="${type}"`;
  return `<attribute><name>${escaped(name)}</name><value${typed}>${escaped(text)}</value></attribute>`;
}

function boxOf(annotation: Annotation): Box | null {
  if (annotation.kind === 'box') return annotation;
  if (annotation.kind === 'polygon') return boxAround(annotation.parts.flatMap(({ outline }) => outline));
  return annotation.kind === 'keypoints' ? (annotation.box ?? boxAround(annotation.points)) : null;
}

/** VOC counts pixels from 1. Coordinates keep their fractions. */
function boxText({ x, y, width, height }: Box): string {
  const [left, top, right, bottom] = [x + 1, y + 1, x + width + 1, y + height + 1].map((value) =>
    String(Number(value.toFixed(6))),
  );
  return `<bndbox><xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox>`;
}

function documentOf(fileName: string, { size }: AnnotatedImage, objects: readonly string[]): string {
  const measures = `<width>${size.width}</width><height>${size.height}</height><depth>3</depth>`;
  const head = `  <folder>JPEGImages</folder>\n  <filename>${escaped(fileName)}</filename>\n  <size>${measures}</size>\n  <segmented>0</segmented>\n`;
  return `<annotation>\n${head}${objects.join('')}</annotation>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(text: string): string {
  return text.replace(EVERY_CONTROL, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
