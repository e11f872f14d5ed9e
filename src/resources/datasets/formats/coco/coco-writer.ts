import { appendFileSync, closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { ImageHandling } from '../../io/image-placer.js';
import type {
  AnnotatedImage,
  Annotation,
  Point,
  PolygonAnnotation,
  PolygonPart,
  ShapeAnnotation,
} from '../../model/annotated-image.js';
import { boxAround, doubleArea } from '../../model/geometry.js';
import type { DatasetWriter, WriteJob } from '../../registry/format-definition.js';
import type { LossLog } from '../../report/loss-log.js';
import { ProblemCode } from '../../report/problem-log.js';
import { valuesByName } from '../../report/values-by-name.js';
import { PixelMask } from './pixel-mask.js';

const BUFFERED_CHARACTERS = 262_144;

/** Writes COCO files: one for each part, pictures in a folder of the part's name. */
export class COCOWriter implements DatasetWriter {
  readonly #parts = new Map<string | null, PartFile>();
  readonly #keypoints = new Map<string, number>();
  #written = 0;

  constructor(private readonly job: WriteJob) {}

  get written(): number {
    return this.#written;
  }

  add(image: AnnotatedImage): void {
    const part = this.#open(image.split);
    if (image.file !== null) this.job.images.place(image.file, `${part.imageFolder}/${image.fileName}`);
    if (!image.isLabelled)
      this.job.losses.add('unlabelled', 'a picture that nobody annotated is one without objects', () => image.document);
    const imageId = part.addImage({ file_name: image.fileName, ...image.size });
    for (const annotation of image.annotations) {
      const fields = this.#fieldsOf(annotation, image);
      if (!fields) continue;
      part.addAnnotation(imageId, fields);
      this.#written++;
    }
  }

  finish(): string | undefined {
    if (this.#parts.size === 0) this.#open(null);
    for (const part of this.#parts.values()) part.finish(this.#categories());
    const [first] = this.#parts.values();
    return first?.name;
  }

  /** The final order; the numbers are those that the annotations were written with. */
  #categories(): readonly object[] {
    const { classes } = this.job;
    const ids = new Map(classes.preliminaryNames().map((name, id) => [name, id + 1]));
    return classes.names().map((name) => {
      const count = this.#keypoints.get(name) ?? 0;
      const known = classes.keypoints.get(name);
      const keypoints = Array.from({ length: count }, (_, index) => known?.names[index] ?? String(index + 1));
      const skeleton = known?.skeleton ?? [];
      return { id: ids.get(name), name, supercategory: '', ...(count > 0 && { keypoints, skeleton }) };
    });
  }

  #open(split: string | null): PartFile {
    let part = this.#parts.get(split);
    if (!part) this.#parts.set(split, (part = new PartFile(this.job, split)));
    return part;
  }

  #fieldsOf(annotation: Annotation, image: AnnotatedImage): object | undefined {
    const placeOf = (): string => `${image.document}#${annotation.id}`;
    if (annotation.kind === 'polyline' || annotation.kind === 'relation' || annotation.kind === 'group') {
      this.job.losses.add(annotation.kind, 'COCO has no such annotation', placeOf);
      return undefined;
    }
    const category = this.job.classes.idOf(annotation.label);
    if (category === undefined) {
      const place = { file: image.document, annotation: annotation.id };
      this.job.problems.add(
        ProblemCode.UnknownClass,
        place,
        `'${annotation.label}' is not among the classes that were given`,
      );
      return undefined;
    }
    if (annotation.id !== '' && !/^\d+$/.test(annotation.id))
      this.job.losses.add('id', 'COCO numbers its annotations', placeOf);
    return {
      category_id: category + 1,
      ...this.#shapeFields(annotation, image, placeOf),
      ...attributeFields(annotation, this.job.losses, placeOf),
    };
  }

  #shapeFields(annotation: ShapeAnnotation, image: AnnotatedImage, placeOf: () => string): object {
    switch (annotation.kind) {
      case 'box': {
        const { x, y, width, height } = annotation;
        return { bbox: [x, y, width, height], area: width * height, iscrowd: 0, segmentation: [] };
      }
      case 'polygon':
        return this.#polygonFields(annotation, image, placeOf);
      case 'keypoints': {
        const { points, label } = annotation;
        const { x, y, width, height } = annotation.box ?? boxAround(points) ?? { x: 0, y: 0, width: 0, height: 0 };
        if (!annotation.box)
          this.job.losses.add('keypoints.box', 'there is none; the one around the points stands in', placeOf);
        this.#keypoints.set(label, Math.max(this.#keypoints.get(label) ?? 0, points.length));
        const labelled = points.filter(([, , visibility]) => visibility > 0).length;
        const fields = { bbox: [x, y, width, height], area: width * height, iscrowd: 0, segmentation: [] };
        return { ...fields, keypoints: points.flat(), num_keypoints: labelled };
      }
      case 'polyline':
        return {};
    }
  }

  #polygonFields({ parts }: PolygonAnnotation, { size }: AnnotatedImage, placeOf: () => string): object {
    const around = boxAround(parts.flatMap(({ outline }) => outline)) ?? { x: 0, y: 0, width: 0, height: 0 };
    const area = parts.reduce((sum, { outline }) => sum + Math.abs(doubleArea(outline)) / 2, 0);
    const bbox = [around.x, around.y, around.width, around.height];
    if (parts.some(({ holes }) => holes.length > 0)) {
      if (!parts.every(isOfWholePixels))
        this.job.losses.add('polygon.corners', 'outlines with holes become masks of whole pixels', placeOf);
      const mask = PixelMask.fromParts(parts, size);
      return { bbox, area: mask.area, iscrowd: 0, segmentation: mask.toRuns() };
    }
    return { bbox, area, iscrowd: 0, segmentation: parts.map(({ outline }) => outline.flat()) };
  }
}

/** Whether a mask says the same as the outlines. */
function isOfWholePixels({ outline, holes }: PolygonPart): boolean {
  const lines = [outline, ...holes];
  return lines.every((points) =>
    points.every(([x, y], index) => isStep(x, y, points[(index + 1) % points.length] as Point)),
  );
}

function isStep(x: number, y: number, [nextX, nextY]: Point): boolean {
  return Number.isInteger(x) && Number.isInteger(y) && (x === nextX || y === nextY);
}

const OWN_FIELDS = new Set(['score', 'track_id', 'iscrowd']);

/** Scores and tracks have fields of their own. */
function attributeFields({ attributes }: Annotation, losses: LossLog, placeOf: () => string): object {
  if (attributes.length === 0) return {};
  const values = valuesByName(attributes, losses, placeOf);
  const isOwn = ([name]: [string, unknown]): boolean => OWN_FIELDS.has(name);
  const others = [...values].filter((entry) => !isOwn(entry));
  const own = Object.fromEntries([...values].filter(isOwn));
  return others.length > 0 ? { ...own, attributes: Object.fromEntries(others) } : own;
}

/** One file: its two lists grow side by side, each in a file of its own until the end. */
class PartFile {
  readonly name: string;
  readonly imageFolder: string;
  readonly #path: string;
  readonly #images: ListFile;
  readonly #annotations: ListFile;

  constructor({ folder, images }: WriteJob, split: string | null) {
    this.name = split === null ? 'annotations/instances.json' : `annotations/instances_${split}.json`;
    this.imageFolder = split === null ? `${folder}/images` : `${folder}/images/${split}`;
    this.#path = `${folder}/${this.name}`;
    mkdirSync(`${folder}/annotations`, { recursive: true });
    if (images.handling !== ImageHandling.None) mkdirSync(this.imageFolder, { recursive: true });
    this.#images = new ListFile(`${this.#path}.images`);
    this.#annotations = new ListFile(`${this.#path}.annotations`);
  }

  addImage(fields: object): number {
    const id = this.#images.count + 1;
    this.#images.add({ id, ...fields });
    return id;
  }

  addAnnotation(imageId: number, fields: object): void {
    this.#annotations.add({ id: this.#annotations.count + 1, image_id: imageId, ...fields });
  }

  finish(categories: readonly object[]): void {
    const descriptor = openSync(this.#path, 'wx');
    try {
      writeSync(descriptor, `{"info":{},"licenses":[],"categories":${JSON.stringify(categories)},"images":[`);
      this.#images.moveInto(descriptor);
      writeSync(descriptor, '],"annotations":[');
      this.#annotations.moveInto(descriptor);
      writeSync(descriptor, ']}\n');
    } finally {
      closeSync(descriptor);
    }
  }
}

class ListFile {
  count = 0;
  #text = '';

  constructor(private readonly path: string) {}

  add(item: object): void {
    this.#text += `${this.count === 0 ? '' : ',\n'}${JSON.stringify(item)}`;
    this.count++;
    if (this.#text.length > BUFFERED_CHARACTERS) this.#flush();
  }

  moveInto(descriptor: number): void {
    this.#flush();
    const from = openSync(this.path, 'r');
    try {
      const chunk = Buffer.allocUnsafe(BUFFERED_CHARACTERS);
      for (let length = readSync(from, chunk); length > 0; length = readSync(from, chunk))
        writeSync(descriptor, chunk, 0, length);
    } finally {
      closeSync(from);
      rmSync(this.path);
    }
  }

  #flush(): void {
    appendFileSync(this.path, this.#text);
    this.#text = '';
  }
}
