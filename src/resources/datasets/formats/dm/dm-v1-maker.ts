import type { WriteJob } from '../../registry/format-definition.js';
import { placeIn } from '../../report/annotation-place.js';
import type { LossLog } from '../../report/loss-log.js';
import { valuesByName } from '../../report/values-by-name.js';
import type { DocumentMaker } from './dm-folder-writer.js';
import { boxList, type DmAnnotation, DmPieces } from './dm-pieces.js';

/** Name of the asset that all annotations of a picture belong to. */
const ASSET = 'image';
const FLAGS = { isLocked: false, isVisible: true } as const;

/** Makes DM v1 documents. `extra.classes` names all classes in the order of their numbers, which v1 itself has no place for. */
export function dmV1Maker(job: WriteJob, pieces: DmPieces): DocumentMaker {
  return (image) => {
    const all = pieces.of(image);
    const classOf = (one: DmAnnotation): object => classificationOf(one, job.losses, () => placeIn(image, one));
    const shapes = all
      .filter(({ kind }) => kind !== 'relation' && kind !== 'group')
      .map((one) => shapeItem(one, classOf(one)));
    const relations = all.flatMap((one) => (one.kind === 'relation' ? [relationItem(one, classOf(one))] : []));
    const groups = all.flatMap((one) => (one.kind === 'group' ? [groupItem(one, classOf(one))] : []));
    return {
      extra: { classes: job.classes.preliminaryNames() },
      annotations: { [ASSET]: shapes },
      ...(relations.length > 0 && { relations: { [ASSET]: relations } }),
      ...(groups.length > 0 && { annotationGroups: { [ASSET]: groups } }),
    };
  };
}

function shapeItem(annotation: DmAnnotation, classification: object): unknown {
  const item = (tool: string): object => ({
    id: annotation.id,
    tool,
    ...FLAGS,
    classification,
  });
  switch (annotation.kind) {
    case 'box':
      return { ...item('boundingBox'), data: boxList(annotation) };
    case 'outline':
      return { ...item('polygon'), data: annotation.points };
    case 'polyline':
      return { ...item('polyline'), data: annotation.points };
    case 'keypoints':
      return {
        ...item('keypoint'),
        data: annotation.points,
        ...(annotation.box && { bounding_box: boxList(annotation.box) }),
      };
    case 'relation':
    case 'group':
      return undefined;
  }
}

function relationItem(relation: DmAnnotation & { kind: 'relation' }, classification: object): unknown {
  const { id, from, to } = relation;
  return {
    id,
    tool: 'relation',
    ...FLAGS,
    annotationId: from,
    targetAnnotationId: to,
    classification,
  };
}

function groupItem(group: DmAnnotation & { kind: 'group' }, classification: object): unknown {
  const annotationList = group.members.map((annotationId) => ({ annotationId, children: [] }));
  return {
    id: group.id,
    tool: 'annotationGroup',
    isLocked: false,
    classification,
    annotationList,
  };
}

/** The class first: readers take the first text for it where nothing is called `class`. */
function classificationOf({ label, attributes }: DmAnnotation, losses: LossLog, placeOf: () => string): object {
  if (attributes.length === 0) return { class: label };
  const values = new Map(valuesByName(attributes, losses, placeOf));
  if (values.delete('class')) losses.add('attributes.class', 'DM v1 has the class itself under this name', placeOf);
  return { class: label, ...Object.fromEntries(values) };
}
