import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { byCodePoint } from '../../../../resources/datasets/model/class-order.js';

/** What a picture can have, in the order of the documents. */
const KINDS = ['bounding_box', 'polygon', 'polyline', 'keypoint', 'relation', 'group'] as const;

/** The DM document of a data unit: its annotations word for word, and the labels of each kind. What else the unit says has no place in it. */
export function dmDocumentOf(annotations: unknown): string {
  const given = isRecord(annotations) ? annotations : {};
  const image: Record<string, readonly unknown[]> = {};
  const classification: Record<string, string[]> = {};
  for (const kind of KINDS) {
    const list: unknown = given[kind];
    const items: readonly unknown[] = Array.isArray(list) ? list : [];
    image[kind] = items;
    const labels = new Set(items.flatMap(labelsOf));
    if (labels.size > 0) classification[kind] = [...labels].sort(byCodePoint);
  }
  return JSON.stringify({ classification, images: [image] }, null, 2);
}

function labelsOf(item: unknown): string[] {
  const label = isRecord(item) ? item['classification'] : undefined;
  return typeof label === 'string' && label !== '' ? [label] : [];
}
