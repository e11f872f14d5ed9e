import { join } from 'node:path';
import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { fillFolder } from '../models/fill-folder.js';
import { fetchModel, fileOf } from '../models/platform-model.js';
import { unpackModelFile } from '../models/unpack-model.js';
import { InferStep } from './infer-step.js';
import { LoadModelStep } from './load-model-step.js';
import { InferenceContext, InferenceProgressCategories } from './inference-context.js';

/** Result of an inference that consists of steps. */
export interface InferenceStepsResult extends OrchestratorSummary {
  readonly processed_count: number;
  /** Absent when there are none. */
  readonly results?: readonly unknown[];
}

/** A model with its files on this machine. */
export interface LoadedModel extends PlatformModel {
  /** Folder of the files. */
  readonly path: string;
}

/**
 * An inference: either an `execute` of its own, or steps over an {@link InferenceContext}.
 *
 * @typeParam P - The params class.
 * @typeParam R - The result. An action of steps whose result is another one than the default overrides `resultOfSteps`.
 */
export abstract class BaseInferenceAction<P = unknown, R = InferenceStepsResult> extends BaseAction<P, R> {
  /** Names for `setProgress`. */
  readonly progress = InferenceProgressCategories;

  /** Makes what the steps share, with the param `model_id`; of the class that `@Action({ context })` names, if it names one. */
  override createContext(params: P, ctx: RuntimeContext<P>): InferenceContext<P> {
    const context = familyContext<InferenceContext<P>>(this, ctx as RuntimeContext<never>, InferenceContext);
    context.modelId = (params as { readonly model_id?: number | null }).model_id ?? undefined;
    return context;
  }

  override resultOfSteps(
    { processedCount, results }: InferenceContext<P>,
    summary: OrchestratorSummary,
  ): R | Promise<R> {
    const result: InferenceStepsResult = {
      ...summary,
      processed_count: processedCount,
      ...(results.length > 0 && { results }),
    };
    return result as R;
  }

  /** @throws NotConfiguredError when no backend is set up. */
  protected get client(): BackendClient {
    return this.ctx.client;
  }

  /** A model as the platform describes it. */
  protected getModel(id: number): Promise<PlatformModel> {
    return fetchModel(this.client, id);
  }

  /**
   * The folder of a model's files. A folder that exists is taken as it is, so that a resumed run does not fetch them again.
   *
   * @param folder - Where they are put. @defaultValue a folder of the run
   * @throws ModelUnusableError when the model has no file; what the download and the archive throw.
   */
  protected async downloadModel(id: number, folder?: string): Promise<string> {
    return this.#download(await this.getModel(id), folder);
  }

  /** A model with the folder of its files. @throws what {@link BaseInferenceAction.downloadModel} does. */
  protected async loadModel(id: number): Promise<LoadedModel> {
    const model = await this.getModel(id);
    return { ...model, path: await this.#download(model) };
  }

  /**
   * Asks the model. For steps and subclasses that call it; nothing else does.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected infer(_model: unknown, inputs: readonly unknown[]): Promise<unknown[]> {
    const cure = `Override infer(model, inputs) in this action; it was called with ${inputs.length} inputs.`;
    return Promise.reject(new NotConfiguredError('Asking the model', cure));
  }

  /** Puts the files of `model.file` into `folder`, which is empty: those of its archive, or the file of weights that it is. */
  protected unpackModel(model: PlatformModel, folder: string): Promise<void> {
    return unpackModelFile(this.ctx, model, folder);
  }

  /** A step that fetches the model of `context.modelId`, once, and leaves it in `context.model` and its folder in `context.modelPath`. */
  protected loadModelStep(): LoadModelStep<P> {
    return new LoadModelStep<P>((id) => this.loadModel(id));
  }

  /** A step that hands `context.requests` to {@link BaseInferenceAction.infer}, `context.batchSize` at a time. */
  protected inferStep(): InferStep<P> {
    return new InferStep<P>((model, inputs) => this.infer(model, inputs));
  }

  async #download(model: PlatformModel, folder?: string): Promise<string> {
    fileOf(model);
    const path = folder ?? join(this.ctx.workDir, 'models', String(model.id));
    await fillFolder(path, (unfinished) => this.unpackModel(model, unfinished));
    return path;
  }
}
