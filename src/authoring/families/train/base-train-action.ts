import { join } from 'node:path';
import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import { BaseAction } from '../../actions/base-action.js';
import type { CheckpointReference, RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { fillFolder } from '../models/fill-folder.js';
import { cannotUnpack, fetchModel, fileOf } from '../models/platform-model.js';
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
    return this.client.get(`data_collections/${id}/`, { expand: 'file_specifications' });
  }

  /** A model as the platform describes it. */
  protected getModel(id: number): Promise<PlatformModel> {
    return fetchModel(this.client, id);
  }

  /**
   * Keeps a trained model on the platform. Its file goes another way than JSON, so this is yours to override.
   *
   * @param path - The file of the weights.
   * @param fields - What else the platform is told, e.g. `name`.
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected createModel(path: string, fields: Readonly<Record<string, unknown>> = {}): Promise<PlatformModel> {
    const what = JSON.stringify({ file: path, ...fields });
    const cure = `Override createModel(path, fields) in this action, and upload ${what} there.`;
    return Promise.reject(new NotConfiguredError('Uploading models', cure));
  }

  /**
   * The model that training starts from: the one the caller handed over, else the one that the param `checkpoint` names, its files
   * unpacked in the run's folder; undefined when there is neither. A resumed run finds the files unpacked.
   *
   * @throws ModelUnusableError when the model has no file; {@link NotConfiguredError} unless `unpackModel` is overridden.
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

  /**
   * Puts the files of `model.file` into `folder`, which is empty.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected unpackModel(model: PlatformModel, folder: string): Promise<void> {
    return Promise.reject(cannotUnpack(model, folder));
  }
}
