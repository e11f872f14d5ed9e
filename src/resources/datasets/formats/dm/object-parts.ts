import type {
  Annotation,
  AnnotationAttribute,
  GroupAnnotation,
  PolygonAnnotation,
} from '../../model/annotated-image.js';

/** The attribute that says that a group is one object in several parts: DM has no polygons of more than one outline. */
export const PARTS: AnnotationAttribute = Object.freeze({ name: 'role', value: 'parts' });

/** The annotations with the parts of each object put together again, where a group says that they are one. */
export function withJoinedParts(annotations: readonly Annotation[]): readonly Annotation[] {
  const groups = annotations.filter((annotation) => annotation.kind === 'group' && isOfParts(annotation));
  if (groups.length === 0) return annotations;
  const byId = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  const replaced = new Map<Annotation, Annotation | undefined>();
  for (const group of groups as GroupAnnotation[]) {
    const members = group.members.map((id) => byId.get(id));
    const [first] = members;
    if (!first || !members.every(isPolygon)) continue; // somebody changed it: what is there is kept as it is
    for (const member of members) replaced.set(member, undefined);
    replaced.set(first, { ...(first as PolygonAnnotation), parts: members.flatMap(({ parts }) => parts) });
    replaced.set(group, undefined);
  }
  return annotations.flatMap((annotation) =>
    replaced.has(annotation) ? (replaced.get(annotation) ?? []) : annotation,
  );
}

function isOfParts({ attributes }: Annotation): boolean {
  return attributes.some(({ name, value }) => name === PARTS.name && value === PARTS.value);
}

function isPolygon(annotation: Annotation | undefined): annotation is PolygonAnnotation {
  return annotation?.kind === 'polygon';
}
