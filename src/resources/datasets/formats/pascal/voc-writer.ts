import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { ImageHandling } from '../../io/image-placer.js';
import { writeNew } from '../../io/write-new.js';
import { stemOf } from '../../io/file-names.js';
import type { AnnotatedImage, Annotation, Box } from '../../model/annotated-image.js';
import { boxAround } from '../../model/geometry.js';
import type { DatasetWriter, WriteJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import { CLASS_FILE, VOC_FIELDS } from './voc-layout.js';

const LIST_OF: Readonly<Record<string, string>> = { valid: 'val' };

/** Writes a Pascal VOC data set: all documents in one folder, lists of names for parts. */
export class VOCWriter implements DatasetWriter {
  readonly #stems = new Map<string, string>();
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
    const owner = this.#stems.get(stemOf(fileName));
    if (owner === undefined || owner === part) {
      this.#stems.set(stemOf(fileName), part);
      return fileName;
    }
    this.job.losses.add(
      'file_name',
      'parts share a folder: names in two of them get the name of the part in front',
      () => `${part}/${fileName}`,
    );
    return `${part}_${fileName}`;
  }

  #objectOf(annotation: Annotation, image: AnnotatedImage): string[] {
    const placeOf = (): string => `${image.document}#${annotation.id}`;
    if (annotation.kind === 'polyline' || annotation.kind === 'relation' || annotation.kind === 'group') {
      this.job.losses.add(annotation.kind, 'VOC has boxes only', placeOf);
      return [];
    }
    if (this.job.classes.idOf(annotation.label) === undefined) {
      const place = { file: image.document, annotation: annotation.id };
      this.job.problems.add(
        ProblemCode.UnknownClass,
        place,
        `'${annotation.label}' is not among the classes that were given`,
      );
      return [];
    }
    if (annotation.id !== '') this.job.losses.add('id', 'VOC has no ids', placeOf);
    if (annotation.kind !== 'box') this.job.losses.add(annotation.kind, 'written as the box around it', placeOf);
    const box = boxOf(annotation);
    return box ? [this.#objectText(annotation, box, placeOf)] : [];
  }

  #objectText({ label, attributes }: Annotation, box: Box, placeOf: () => string): string {
    const own = new Map<string, string>([
      ['pose', 'Unspecified'],
      ['truncated', '0'],
      ['difficult', '0'],
      ['occluded', '0'],
    ]);
    const others: string[] = [];
    for (const { name, value } of attributes) {
      if (typeof value !== 'string')
        this.job.losses.add(`attributes.${name}`, 'VOC has texts only; it is written as one', placeOf);
      const text = typeof value === 'object' ? value.join(', ') : String(value);
      if (VOC_FIELDS.includes(name)) own.set(name, text);
      else others.push(`<attribute><name>${escaped(name)}</name><value>${escaped(text)}</value></attribute>`);
    }
    const fields = [...own].map(([name, text]) => `    <${name}>${escaped(text)}</${name}>\n`).join('');
    const more = others.length === 0 ? '' : `    <attributes>${others.join('')}</attributes>\n`;
    return `  <object>\n    <name>${escaped(label)}</name>\n${fields}${more}    ${boxText(box)}\n  </object>\n`;
  }
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

/** XML cannot hold control characters at all. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
