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

/** What stands between two items, and before each line of one: they lie four deep. */
const ITEM_INDENT = '        ';

/** Makes DM v2 documents. Each names all classes in the order of their numbers, so that the numbers survive. */
export function dmV2Maker(job: WriteJob, pieces: DmPieces): DocumentMaker {
  const maker = new DocumentTextMaker(job);
  return (image) => maker.textOf(pieces.of(image));
}

/**
 * Puts documents together as texts, the same as `JSON.stringify(document, null, 2)` makes them: boxes from their numbers, which takes a third of
 * the time, and all else by `JSON.stringify`.
 */
class DocumentTextMaker {
  readonly #labels = new Map<string, string>();
  /** By the tools that are used: the part of a document that names the classes. */
  readonly #heads = new Map<string, string>();
  #names: readonly string[] = [];

  constructor(private readonly job: WriteJob) {}

  textOf(annotations: readonly DmAnnotation[]): string {
    const lists = { bounding_box: '', polygon: '', keypoint: '', polyline: '', relation: '', group: '' };
    for (const annotation of annotations) {
      const tool = TOOL_OF[annotation.kind];
      const before = lists[tool];
      lists[tool] = `${before}${before === '' ? '\n' : ',\n'}${ITEM_INDENT}${this.#itemText(annotation)}`;
    }
    const used = TOOLS.filter((tool) => lists[tool] !== '' && tool !== 'relation' && tool !== 'group');
    const all = TOOLS.map((tool) => `"${tool}": [${lists[tool]}${lists[tool] === '' ? '' : '\n      '}]`);
    const head = this.#headOf(used.length > 0 ? used : ['bounding_box']);
    return `${head}"images": [\n    {\n      ${all.join(',\n      ')}\n    }\n  ]\n}`;
  }

  #headOf(tools: readonly Tool[]): string {
    const names = this.job.classes.preliminaryNames();
    if (names !== this.#names) this.#heads.clear();
    this.#names = names;
    const key = tools.join();
    let head = this.#heads.get(key);
    if (head === undefined) {
      const classification = Object.fromEntries(tools.map((tool) => [tool, names]));
      head = `{\n  "classification": ${indentedText(classification, '  ')},\n  `;
      this.#heads.set(key, head);
    }
    return head;
  }

  #itemText(annotation: DmAnnotation): string {
    if (annotation.kind !== 'box' || annotation.attributes.length > 0) {
      return indentedText(itemOf(annotation), ITEM_INDENT);
    }
    const { id, x, y, width, height } = annotation; // ids of DM have nothing to escape, and the numbers are finite
    return `{
          "id": "${id}",
          "classification": ${this.#labelText(annotation.label)},
          "attrs": [],
          "data": [
            ${x},
            ${y},
            ${width},
            ${height}
          ]
        }`;
  }

  #labelText(label: string): string {
    let text = this.#labels.get(label);
    if (text === undefined) this.#labels.set(label, (text = JSON.stringify(label)));
    return text;
  }
}

/** JSON whose lines after the first begin with the indent. Line breaks within texts are escaped, so all others are its own. */
function indentedText(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
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
