import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { JsonRecord } from '../../model/json-value.js';

/**
 * Why a document is of the other version of DM than the one it is read as; undefined where it may be of this one. Read as the wrong one, it
 * would be a picture without annotations, and nobody would notice.
 */
export function versionProblem(document: JsonRecord, version: 'v1' | 'v2'): string | undefined {
  const isV1 = isRecord(document['annotations']) && document['images'] === undefined;
  const isV2 = Array.isArray(document['images']) && document['annotations'] === undefined;
  if (version === 'v1' ? !isV2 : !isV1) return undefined;
  return version === 'v1'
    ? "it is a document of DM v2 (it has 'images'); read the data set as dm_v2"
    : "it is a document of DM v1 (it has 'annotations' by asset); read the data set as dm_v1";
}
