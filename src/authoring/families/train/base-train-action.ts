import { join } from 'node:path';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { ModelOptions } from '../../../resources/clients/backend/model-calls.js';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import { BaseAction } from '../../actions/base-action.js';
import type { CheckpointReference, RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { fillFolder } from '../models/fill-folder.js';
import { fetchModel, fileOf } from '../models/platform-model.js';
import { unpackModelFile } from '../models/unpack-model.js';
import { uploadModel } from '../models/upload-model.js';
import { CheckpointStep } from './checkpoint-step.js';
import { ModelUploadStep } from './model-upload-step.js';
import { TrainContext, TrainProgressCategories } from './train-context.js';

/** Result of a training that consists of steps. */
export interface TrainStepsResult extends OrchestratorSummary {
  /** What the steps left in the context; absent when they left nothing. */
  readonly model?: unknown;
}

/** A model of the platform to start from, with its files on this machine. */
export interface ModelCheckpoint extends CheckpointReference {
  readonly id: number;
  readonly name: string | null;
}

/**
 * A training: either an `execute` of its own, or steps over a {@link TrainContext}.
 *
 * @typeParam P - The params class; {@link BaseTrainParams} has those that trainings have in common.
 * @typeParam R - The result. An action of steps whose result is another one than the default overrides `resultOfSteps`.
 */
export abstract class BaseTrainAction<P = unknown, R = TrainStepsResult> extends BaseAction<P, R> {
  /** Names for `setProgress`. */
  readonly progress = TrainProgressCategories;

  /** Makes what the steps share; of the class that `@Action({ context })` names, if it names one. */
  override createContext(_params: P, ctx: RuntimeContext<P>): TrainContext<P> {
    return familyContext<TrainContext<P>>(this, ctx as RuntimeContext<never>, TrainContext);
  }

  override resultOfSteps({ model }: TrainContext<P>, summary: OrchestratorSummary): R | Promise<R> {
    const result: TrainStepsResult = { ...summary, ...(model !== undefined && { model }) };
    return result as R;
  }

  /** @throws NotConfiguredError when no backend is set up. */
  protected get client(): BackendClient {
    return this.ctx.client;
  }

  /**
   * The data collection that the param `dataset_id` names, as the platform describes it.
   *
   * @throws {@link ParamsInvalidError} when the params name none; what the client throws.
   */
  protected getDataset(): Promise<Record<string, unknown>> {
    const { dataset_id: id } = this.params as { readonly dataset_id?: number | null };
    if (id === undefined || id === null) {
      throw new ParamsInvalidError(this.ctx.action, [
        { path: 'dataset_id', code: 'missing', message: 'must name a data collection by its id' },
      ]);
    }
    return this.client.getDataCollection(id);
  }

  /** A model as the platform describes it. */
  protected getModel(id: number): Promise<PlatformModel> {
    return fetchModel(this.client, id);
  }

  /**
   * Keeps a trained model on the platform.
   *
   * @param path - The file of the weights; a folder goes as a zip.
   * @param fields - What else the platform is told, e.g. `name`, `plugin` and `version`. @defaultValue the file's name
   * @param options - `headers` of the request that makes the model, e.g. an `idempotency-key`. @defaultValue none
   * @throws FileNotFoundError; what the client throws.
   */
  protected createModel(
    path: string,
    fields: Readonly<Record<string, unknown>> = {},
    options: Pick<ModelOptions, 'headers'> = {},
  ): Promise<PlatformModel> {
    return uploadModel(this.ctx, path, fields, options);
  }

  /** A step that leaves in `context.checkpoint` what {@link BaseTrainAction.getCheckpoint} finds. */
  protected checkpointStep(): CheckpointStep<P> {
    return new CheckpointStep<P>(() => this.getCheckpoint());
  }

  /**
   * A step that uploads what `context.modelPath` names, and whose undo removes it from the platform again.
   *
   * @param fieldsOf - What else the platform is told. @defaultValue the file's name
   */
  protected modelUploadStep(
    fieldsOf: (context: TrainContext<P>) => Readonly<Record<string, unknown>> = () => ({}),
  ): ModelUploadStep<P> {
    return new ModelUploadStep<P>((path, context) => {
      // As a header only: whether the platform knows such keys is not known, so the client must not rely on it and repeat the request.
      const headers = { 'idempotency-key': context.idempotencyKey };
      return this.createModel(path, fieldsOf(context), { headers });
    });
  }

  /**
   * The model that training starts from: the one the caller handed over, else the one that the param `checkpoint` names, its files
   * unpacked in the run's folder; undefined when there is neither. A resumed run finds the files unpacked.
   *
   * @throws ModelUnusableError when the model has no file; what the download and the archive throw.
   */
  protected async getCheckpoint(): Promise<CheckpointReference | ModelCheckpoint | undefined> {
    const { ctx } = this;
    if (ctx.checkpoint) return ctx.checkpoint;
    const { checkpoint: id } = this.params as { readonly checkpoint?: number | null };
    if (id === undefined || id === null) return undefined;
    const model = await this.getModel(id);
    fileOf(model);
    const path = join(ctx.workDir, 'models', String(model.id));
    await fillFolder(path, (folder) => this.unpackModel(model, folder));
    return { category: model.category ?? 'base', path, id: model.id, name: model.name ?? null };
  }

  /** Puts the files of `model.file` into `folder`, which is empty: those of its archive, or the file of weights that it is. */
  protected unpackModel(model: PlatformModel, folder: string): Promise<void> {
    return unpackModelFile(this.ctx, model, folder);
  }
}
