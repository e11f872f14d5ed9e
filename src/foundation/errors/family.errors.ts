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
