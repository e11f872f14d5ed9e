import { InferenceResultError } from '../../../foundation/errors/family.errors.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { type InferenceContext, InferenceProgressCategories } from './inference-context.js';

/** Asks a model; resolves to an answer for each input, in their order. */
export type BatchInference = (model: unknown, inputs: readonly unknown[]) => Promise<unknown[]>;

/** Hands the requests to the model in batches, and keeps what it says in their order. */
export class InferStep<P = unknown> extends BaseStep<InferenceContext<P>> {
  override readonly name = 'infer';
  override readonly progressWeight = 0.8;
  readonly #infer: BatchInference;

  constructor(infer: BatchInference) {
    super();
    this.#infer = infer;
  }

  override async execute(context: InferenceContext<P>): Promise<StepResult> {
    const { requests, model } = context;
    const size = Math.max(1, Math.trunc(context.batchSize));
    Object.assign(context, { results: [], processedCount: 0 }); // done again after a crash, it begins anew
    for (let start = 0; start < requests.length; start += size) {
      context.signal.throwIfAborted();
      const inputs = requests.slice(start, start + size);
      const answers = await this.#infer(model, inputs);
      if (answers.length !== inputs.length) throw new InferenceResultError(inputs.length, answers.length);
      context.results.push(...answers);
      context.processedCount += inputs.length;
      context.setProgress(context.processedCount, requests.length, InferenceProgressCategories.Inference);
    }
    return StepResult.ok({ processed: context.processedCount });
  }
}
