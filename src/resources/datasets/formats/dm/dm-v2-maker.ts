import type { AnnotatedImage } from '../../model/annotated-image.js';
import type { WriteJob } from '../../registry/format-definition.js';
import type { DocumentMaker } from './dm-folder-writer.js';
import { boxList, type DmAnnotation, DmPieces } from './dm-pieces.js';

/** Lists of a picture in the order of the original. */
const TOOLS = ['bounding_box', 'polygon', 'keypoint', 'polyline', 'relation', 'group'] as const;
type Tool = (typeof TOOLS)[number];

const TOOL_OF: Readonly<Record<DmAnnotation['kind'], Tool>> = {
  box: 'bounding_box',
  outline: 'polygon',
  keypoints: 'keypoint',
  polyline: 'polyline',
  relation: 'relation',
  group: 'group',
};

/** Makes DM v2 documents. Each names all classes in the order of their numbers, so that the numbers survive. */
export function dmV2Maker(job: WriteJob, pieces: DmPieces): DocumentMaker {
  return (image) => documentOf(image, pieces.of(image), job);
}

function documentOf(_image: AnnotatedImage, annotations: readonly DmAnnotation[], job: WriteJob): unknown {
  const lists = emptyLists();
  for (const annotation of annotations) lists[TOOL_OF[annotation.kind]].push(itemOf(annotation));
  const used = TOOLS.filter((tool) => lists[tool].length > 0 && tool !== 'relation' && tool !== 'group');
  const tools: readonly Tool[] = used.length > 0 ? used : ['bounding_box'];
  const names = job.classes.preliminaryNames();
  return { classification: Object.fromEntries(tools.map((tool) => [tool, names])), images: [lists] };
}

/** The lists of one picture, each of which every document has. */
export function emptyLists(): Record<Tool, unknown[]> {
  return { bounding_box: [], polygon: [], keypoint: [], polyline: [], relation: [], group: [] };
}

function itemOf(annotation: DmAnnotation): unknown {
  const item = { id: annotation.id, classification: annotation.label, attrs: annotation.attributes };
  switch (annotation.kind) {
    case 'box':
      return { ...item, data: boxList(annotation) };
    case 'outline':
    case 'polyline':
      return { ...item, data: annotation.points };
    case 'keypoints':
      return { ...item, data: annotation.points, ...(annotation.box && { bounding_box: boxList(annotation.box) }) };
    case 'relation':
      return { ...item, data: [annotation.from, annotation.to] };
    case 'group':
      return { ...item, data: annotation.members };
  }
}
