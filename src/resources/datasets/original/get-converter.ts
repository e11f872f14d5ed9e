import { DatasetFormatError } from '../../../foundation/errors/dataset.errors.js';
import { FromDMToYOLOConverter } from './dm-to-yolo.converter.js';
import { DMVersion } from './original-documents.js';
import { YOLOToDMConverter, type YOLOToDMOptions } from './yolo-to-dm.converter.js';

/** Formats of data sets, as the original names them. */
export const DatasetFormat = { DmV1: 'dm_v1', DmV2: 'dm_v2', Yolo: 'yolo', Coco: 'coco', Pascal: 'pascal' } as const;
export type DatasetFormat = (typeof DatasetFormat)[keyof typeof DatasetFormat];

const KNOWN: readonly string[] = Object.values(DatasetFormat);
const VERSIONS: Readonly<Record<string, DMVersion>> = { dm_v1: DMVersion.V1, dm_v2: DMVersion.V2 };

/**
 * The original's converter between two formats. The version of the DM side is that of the format's name.
 *
 * @throws {@link DatasetFormatError} for unknown names, and for pairs that the original has no converter for.
 */
export function getConverter(
  source: string,
  target: string,
  options: Omit<YOLOToDMOptions, 'dmVersion'> = {},
): FromDMToYOLOConverter | YOLOToDMConverter {
  const unknown = [source, target].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new DatasetFormatError(`There is no format '${unknown}'.`, KNOWN);
  const [from, to] = [VERSIONS[source], VERSIONS[target]];
  if (from && target === DatasetFormat.Yolo) return new FromDMToYOLOConverter({ ...options, dmVersion: from });
  if (to && source === DatasetFormat.Yolo) return new YOLOToDMConverter({ ...options, dmVersion: to });
  throw new DatasetFormatError(
    `The original has no converter from '${source}' to '${target}'; DatasetFormatRegistry has.`,
    KNOWN,
  );
}
