import { PluginError } from './plugin.errors.js';

/** The platform knows the model, but has no file of it. */
export class ModelUnusableError extends PluginError {
  readonly code = 'SYN_MODEL_UNUSABLE';
  readonly kind = 'execution';

  constructor(id: number, name: string | null) {
    super(
      `Model ${id}${name === null ? '' : ` ('${name}')`} has no file on the platform. Choose one whose training was uploaded, or upload its file.`,
      { details: { model: id, name } },
    );
  }
}

/** A data unit of the platform that cannot be made a part of a data set. */
export class DataUnitInvalidError extends PluginError {
  readonly code = 'SYN_DATA_UNIT_INVALID';
  readonly kind = 'execution';

  /** @param reason - Why not, as a clause. */
  constructor(unit: string, reason: string) {
    super(`Data unit ${unit} cannot be downloaded: ${reason}.`, { details: { unit, reason } });
  }
}

/** Not one of the data units of a download came through. */
export class DownloadFailedError extends PluginError {
  readonly code = 'SYN_DATASET_DOWNLOAD';
  readonly kind = 'remote';

  constructor(total: number, firstError: string) {
    super(`None of the ${total} data units could be downloaded; the first failed with: ${firstError}`, {
      details: { total, first_error: firstError },
    });
  }
}
