import { readFileSync } from 'node:fs';
import { isRecord, type JsonRecord } from '../../model/json-value.js';
import { DatasetFeature, type FormatDefinition } from '../../registry/format-definition.js';
import { readDmFolder } from './dm-folder-reader.js';
import { firstDocument } from './dm-layout.js';
import { parseDmV2 } from './dm-v2-reader.js';

const HELD: readonly DatasetFeature[] = [
  DatasetFeature.Boxes,
  DatasetFeature.Polygons,
  DatasetFeature.Keypoints,
  DatasetFeature.Polylines,
  DatasetFeature.Relations,
  DatasetFeature.Groups,
  DatasetFeature.Attributes,
  DatasetFeature.AnnotationIds,
  DatasetFeature.ClassOrder,
];

/** The platform's own format, version 2: a document for each picture, annotations in lists by tool. */
export const DM_V2_FORMAT: FormatDefinition = {
  name: 'dm_v2',
  title: 'DM v2',
  holds: HELD,
  recognises: (path) =>
    looksLike(path, (document) => Array.isArray(document['images']) || !('annotations' in document)),
  read: (job) => readDmFolder(job, parseDmV2),
};

/** A document that cannot be read says nothing; reading the data set will name it. */
function looksLike(path: string, is: (document: JsonRecord) => boolean): boolean {
  const file = firstDocument(path);
  if (file === undefined) return false;
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(document) && is(document);
  } catch {
    return is({});
  }
}
