import type { FileSpecification } from '../../../../resources/clients/backend/platform-records.js';
import type { UploadParams } from '../upload-params.js';
import { UploadContext } from '../upload-context.js';

/**
 * What the steps of an {@link UploadAction} share. Units and files lie in files of the run's folder, not here: a journal keeps this whole with every
 * step.
 */
export class UploadRunContext<P extends UploadParams = UploadParams> extends UploadContext<P> {
  /** What the files of a unit are called and may be. */
  specifications: FileSpecification[] = [];
  /** How many units were found. */
  unitCount = 0;
  /** How many files they have. */
  fileCount = 0;
  /** How many units were left out, since they are not complete. */
  skippedCount = 0;
  uploadedCount = 0;
  registeredCount = 0;
}
