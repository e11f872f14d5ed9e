import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { isFile, isFolder } from './file-names.js';
import { isVacant, REPORT_NAME } from './staged-target.js';

/** Folders that data sets have at their top. */
const DATASET_FOLDER =
  /^(images?|labels|json|original_files|annotations|jpegimages|imagesets|segmentation\w*|detect|segment|pose|(train|val|valid|validation|test)[-_]?\d*)$/i;

/**
 * Keeps `overwrite` from replacing what is no data set, e.g. a folder with all work of somebody. What a format recognises is not enough: most
 * look into the folders below, so that a folder which holds data sets among other things is recognised as well.
 *
 * @throws {@link DatasetTargetError}
 */
export function refuseToReplaceOthers(target: string, isRecognised: (path: string) => boolean): void {
  if (isVacant(target)) return;
  if (isFolder(target) && (hasReport(target) || (hasNothingElse(target) && isRecognised(target)))) return;
  const reason =
    'what is there is not recognised as nothing but a data set, so --overwrite does not replace it. ' +
    'Remove it yourself, or choose another place.';
  throw new DatasetTargetError(target, reason);
}

/** Whether a conversion has made the folder. */
function hasReport(folder: string): boolean {
  if (!isFile(join(folder, REPORT_NAME))) return false;
  try {
    const report: unknown = JSON.parse(readFileSync(join(folder, REPORT_NAME), 'utf8'));
    return isRecord(report) && typeof report['target_format'] === 'string' && Array.isArray(report['losses']);
  } catch {
    // There is none, or it is somebody else's.
    return false;
  }
}

/** Whether there are only folders that data sets have, and nothing hidden, such as a history of versions. */
function hasNothingElse(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).every((entry) => {
    if (entry.name.startsWith('.')) return entry.name === '.DS_Store';
    return entry.isFile() || DATASET_FOLDER.test(entry.name);
  });
}
