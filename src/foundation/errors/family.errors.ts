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

/** A step finds nothing where the steps before it were to leave something. */
export class StepContextError extends PluginError {
  readonly code = 'SYN_STEP_CONTEXT';
  readonly kind = 'execution';

  /** @param expected - What the field is to hold. */
  constructor(step: string, field: string, expected: string) {
    super(`Step '${step}' needs context.${field}: ${expected}. Have a step before it set the field.`, {
      details: { step, field },
    });
  }
}

/** A model was asked so many things and gave another number of answers: which belongs to which cannot be told. */
export class InferenceResultError extends PluginError {
  readonly code = 'SYN_INFERENCE_RESULT';
  readonly kind = 'execution';

  constructor(inputs: number, answers: number) {
    super(`infer() was given ${inputs} inputs and returned ${answers} answers. Return one for each, in their order.`, {
      details: { inputs, answers },
    });
  }
}

/** The id of a served model that a request came with is not one that was given out, or no longer good. */
export class ModelIdInvalidError extends PluginError {
  readonly code = 'SYN_MODEL_ID_INVALID';
  readonly kind = 'validation';

  /** @param reason - Why not, as a clause. Never the id: it holds a token. */
  constructor(reason: string) {
    super(`The id of the served model is refused: ${reason}. Ask for a new one.`, { details: { reason } });
  }
}

/** Units that were to be uploaded are not complete, or their files are not what the collection asks for. */
export class UploadInvalidError extends PluginError {
  readonly code = 'SYN_UPLOAD_INVALID';
  readonly kind = 'validation';

  /** @param first - The first of them, each as a sentence that begins with the unit. */
  constructor(count: number, first: readonly string[]) {
    super(
      `${count === 1 ? '1 unit' : `${count} units`} cannot be uploaded. ${first.join('; ')}${count > first.length ? '; …' : ''}. Correct them, or leave them out (on_error: skip).`,
      { details: { count, first: [...first] } },
    );
  }
}

/** The platform has made other data units than it was asked for. */
export class RegistrationError extends PluginError {
  readonly code = 'SYN_UPLOAD_REGISTRATION';
  readonly kind = 'remote';

  constructor(asked: number, made: number) {
    super(`The platform was asked for ${asked} data units and has made ${made}.`, { details: { asked, made } });
  }
}
