import { readFileSync } from 'node:fs';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { JsonRecord } from '../../model/json-value.js';
import { DatasetFeature, type FormatDefinition } from '../../registry/format-definition.js';
import { AnnotationIds } from './annotation-ids.js';
import { DmPieces } from './dm-pieces.js';
import { DmFolderWriter } from './dm-folder-writer.js';
import { dmV1Maker } from './dm-v1-maker.js';
import { parseDmV1 } from './dm-v1-reader.js';
import { dmV2Maker } from './dm-v2-maker.js';
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
  read: (job) => readDmFolder(job, 'v2', parseDmV2),
  write: (job) => {
    const pieces = new DmPieces(job, new AnnotationIds());
    return new DmFolderWriter(job, dmV2Maker(job, pieces), pieces);
  },
};

/** The platform's own format, version 1: a document for each assignment, annotations in lists by asset. */
export const DM_V1_FORMAT: FormatDefinition = {
  name: 'dm_v1',
  title: 'DM v1',
  holds: HELD,
  recognises: (path) => looksLike(path, (document) => isRecord(document['annotations'])),
  read: (job) => readDmFolder(job, 'v1', parseDmV1),
  write: (job) => {
    const pieces = new DmPieces(job, new AnnotationIds());
    return new DmFolderWriter(job, dmV1Maker(job, pieces), pieces);
  },
};

/** A document that cannot be read says nothing; reading the data set will name it. */
function looksLike(path: string, is: (document: JsonRecord) => boolean): boolean {
  const file = firstDocument(path);
  if (file === undefined) return false;
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return is(isRecord(document) ? document : {});
  } catch {
    return is({});
  }
}
