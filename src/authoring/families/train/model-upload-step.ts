import { ClientError } from '../../../foundation/errors/client.errors.js';
import { StepContextError } from '../../../foundation/errors/family.errors.js';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { StepNotes } from '../work/step-notes.js';
import type { TrainContext } from './train-context.js';

/** Keeps a file of weights on the platform. */
export type ModelUploader<P> = (path: string, context: TrainContext<P>) => Promise<PlatformModel>;

/** Uploads what `context.modelPath` names, and leaves the platform's model in `context.model`. Its undo removes the model again. */
export class ModelUploadStep<P = unknown> extends BaseStep<TrainContext<P>> {
  override readonly name = 'model_upload';
  override readonly progressWeight = 0.1;
  readonly #upload: ModelUploader<P>;

  constructor(upload: ModelUploader<P>) {
    super();
    this.#upload = upload;
  }

  override async execute(context: TrainContext<P>): Promise<StepResult> {
    if (context.modelPath === undefined) throw new StepContextError(this.name, 'modelPath', 'the path of the weights');
    const notes = notesOf(context);
    // Done before a crash, and only the journal did not hear of it.
    const model = (await notes.last()) ?? (await this.#upload(context.modelPath, context));
    await notes.add(model);
    context.model = model;
    return StepResult.ok({ model: model.id });
  }

  override async rollback(context: TrainContext<P>, { cause }: StepResult): Promise<void> {
    const { idempotencyKey, signal } = context;
    // Without a note: made just before a crash, which has no cause, or its answer was lost.
    const isInDoubt = cause === undefined || cause instanceof ClientError;
    const noted = await notesOf(context).last();
    const made = noted ?? (isInDoubt ? await context.client.findModel(idempotencyKey, { signal }) : undefined);
    if (made) await context.client.deleteModel(made.id, { signal });
  }
}

function notesOf(context: TrainContext): StepNotes<PlatformModel> {
  return new StepNotes('model', context);
}
