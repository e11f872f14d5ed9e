import { StepContextError } from '../../../foundation/errors/family.errors.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { type InferenceContext, InferenceProgressCategories } from './inference-context.js';

/** Finds a model by its id; `path` is the folder of its files. */
export type ModelLoader = (id: number) => Promise<Readonly<Record<string, unknown>> & { readonly path: string }>;

/** Fetches the model that the run is about, once for all of its requests. */
export class LoadModelStep<P = unknown> extends BaseStep<InferenceContext<P>> {
  override readonly name = 'load_model';
  override readonly progressWeight = 0.2;
  readonly #load: ModelLoader;

  constructor(load: ModelLoader) {
    super();
    this.#load = load;
  }

  override async execute(context: InferenceContext<P>): Promise<StepResult> {
    const { modelId } = context;
    if (modelId === undefined)
      throw new StepContextError(this.name, 'modelId', 'the id of a model, e.g. from the param model_id');
    context.setProgress(0, 1, InferenceProgressCategories.ModelLoad);
    context.model = await this.#load(modelId);
    context.modelPath = String(context.model['path']);
    context.setProgress(1, 1, InferenceProgressCategories.ModelLoad);
    return StepResult.ok({ model: modelId });
  }
}
