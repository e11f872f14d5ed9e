import type {
  AnnotatedImage,
  Annotation,
  GroupAnnotation,
  KeypointsAnnotation,
  Point,
  PolygonAnnotation,
} from '../../model/annotated-image.js';
import type { WriteJob } from '../../registry/format-definition.js';
import { placeIn } from '../../report/annotation-place.js';
import { addUnknownClass } from '../../report/unknown-class.js';
import { type AnnotationIds, isDmId } from './annotation-ids.js';
import { PARTS } from './object-parts.js';

/** A polygon as DM has them: one outline. */
export interface OutlineAnnotation extends Omit<PolygonAnnotation, 'kind' | 'parts'> {
  readonly kind: 'outline';
  readonly points: readonly Point[];
}

/** What both versions of DM can write. */
export type DmAnnotation = Exclude<Annotation, PolygonAnnotation> | OutlineAnnotation;

/** Turns annotations into those that DM can write; what cannot be kept goes to the logs. */
export class DmPieces {
  /** How many there have been. */
  count = 0;

  constructor(
    private readonly job: WriteJob,
    private readonly ids: AnnotationIds,
  ) {}

  of(image: AnnotatedImage): readonly DmAnnotation[] {
    const pieces: DmAnnotation[] = [];
    for (const annotation of image.annotations) {
      if (!this.#isKnown(annotation, image)) continue;
      if (annotation.kind === 'polygon') pieces.push(...this.#outlines(annotation, image));
      else pieces.push(withId(annotation, this.ids));
    }
    this.count += pieces.length;
    return pieces;
  }

  #isKnown(annotation: Annotation, image: AnnotatedImage): boolean {
    const { kind, label } = annotation;
    if (kind === 'relation' || kind === 'group' || this.job.classes.idOf(label) !== undefined) return true;
    addUnknownClass(this.job.problems, image, annotation);
    return false;
  }

  #outlines(annotation: PolygonAnnotation, image: AnnotatedImage): DmAnnotation[] {
    const { parts, ...rest } = annotation;
    for (const { holes } of parts) {
      if (holes.length > 0)
        this.job.losses.add('polygon.holes', 'DM has no holes; they are filled', () => placeIn(image, annotation));
    }
    const outlines = parts.map(({ outline }, index) => {
      const id = index === 0 ? annotation.id : '';
      return withId({ ...rest, id, kind: 'outline', points: outline } as OutlineAnnotation, this.ids);
    });
    if (outlines.length < 2) return outlines;
    const members = outlines.map(({ id }) => id);
    const group: GroupAnnotation = {
      kind: 'group',
      id: this.ids.make(),
      label: annotation.label,
      attributes: [PARTS],
      members,
    };
    return [...outlines, group];
  }
}

function withId<T extends DmAnnotation>(annotation: T, ids: AnnotationIds): T {
  return isDmId(annotation.id) ? annotation : { ...annotation, id: ids.make() };
}

/** A box as DM's list of numbers. */
export function boxList({ x, y, width, height }: NonNullable<KeypointsAnnotation['box']>): readonly number[] {
  return [x, y, width, height];
}
