import type {
  AnnotatedImage,
  Annotation,
  OwnValues,
  Point,
  PolygonAnnotation,
  PolygonPart,
  ShapeAnnotation,
} from '../../model/annotated-image.js';
import { boxAround, doubleArea } from '../../model/geometry.js';
import { DatasetFeature, type DatasetWriter, type WriteJob } from '../../registry/format-definition.js';
import type { LossLog } from '../../report/loss-log.js';
import { placeIn } from '../../report/annotation-place.js';
import { addUnknownClass } from '../../report/unknown-class.js';
import { valuesByName } from '../../report/values-by-name.js';
import { CategoryIds } from './category-ids.js';
import { PartFile } from './part-file.js';
import { PixelMask } from './pixel-mask.js';

/** Writes COCO files: one for each part, pictures in a folder of the part's name. */
export class COCOWriter implements DatasetWriter {
  readonly #parts = new Map<string | null, PartFile>();
  readonly #keypoints = new Map<string, number>();
  readonly #categoryIds: CategoryIds;
  #written = 0;

  constructor(private readonly job: WriteJob) {
    this.#categoryIds = new CategoryIds(job);
  }

  get written(): number {
    return this.#written;
  }

  add(image: AnnotatedImage): void {
    const part = this.#open(image.split);
    if (image.file !== null) this.job.images.place(image.file, `${part.imageFolder}/${image.fileName}`);
    if (!image.isLabelled)
      this.job.losses.add('unlabelled', 'a picture that nobody annotated is one without objects', () => image.document);
    const imageId = part.addImage({ file_name: image.fileName, ...image.size }, image.ownId);
    const { annotations } = image;
    for (let at = 0; at < annotations.length; at++) {
      const annotation = annotations[at] as Annotation;
      const fields = this.#fieldsOf(annotation, image);
      if (!fields) continue;
      // COCO has an outline and key points of one object together.
      const other = annotation.own && annotations[at + 1]?.own === annotation.own ? annotations[++at] : undefined;
      const all = other ? { ...this.#fieldsOf(other, image), ...fields } : fields;
      const own = annotation.own;
      const number = part.addAnnotation(imageId, own ? { ...all, ...measured(own) } : fields, own);
      this.#countId(annotation, image, number);
      this.#written++;
    }
  }

  /** Counts an id of the source that is not the number that the annotation has got. */
  #countId({ id, own }: Annotation, { document }: AnnotatedImage, number: number | undefined): void {
    if (id === '' || (own ? number !== undefined : String(number) === id)) return;
    const placeOf = (): string => `${document}#${id}`;
    if (own) return this.job.losses.add('annotations.id', 'it is no whole number of one annotation', placeOf);
    // Formats without ids of annotations count them, so that messages can name one.
    const isCounted = /^\d+$/.test(id) && !this.job.sourceHolds?.includes(DatasetFeature.AnnotationIds);
    if (!isCounted) this.job.losses.add('id', 'COCO numbers its annotations', placeOf);
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
    const numbers = new Map(classes.preliminaryNames().map((name, number) => [name, number]));
    return classes.names().map((name) => {
      const id = this.#categoryIds.of(name, numbers.get(name) ?? 0);
      return { id, name, supercategory: classes.own.get(name)?.supercategory ?? '', ...this.#keypointFields(name) };
    });
  }

  #keypointFields(name: string): object {
    const { own, keypoints: named } = this.job.classes;
    const known = named.get(name);
    const count = Math.max(this.#keypoints.get(name) ?? 0, own.has(name) ? (known?.names.length ?? 0) : 0);
    if (count === 0) return {};
    const keypoints = Array.from({ length: count }, (_, index) => known?.names[index] ?? String(index + 1));
    return { keypoints, skeleton: known?.skeleton ?? [] };
  }

  #open(split: string | null): PartFile {
    let part = this.#parts.get(split);
    if (!part) this.#parts.set(split, (part = new PartFile(this.job, split)));
    return part;
  }

  #fieldsOf(annotation: Annotation, image: AnnotatedImage): object | undefined {
    const placeOf = (): string => placeIn(image, annotation);
    if (annotation.kind === 'polyline' || annotation.kind === 'relation' || annotation.kind === 'group') {
      this.job.losses.add(annotation.kind, 'COCO has no such annotation', placeOf);
      return undefined;
    }
    const category = this.job.classes.idOf(annotation.label);
    if (category === undefined) {
      addUnknownClass(this.job.problems, image, annotation);
      return undefined;
    }
    return {
      category_id: this.#categoryIds.of(annotation.label, category),
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

/** The area and the box as the source has them. */
function measured({ area, bbox }: OwnValues): OwnValues {
  return { ...(area !== undefined && { area }), ...(bbox && { bbox }) };
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
