import { StepContext } from '../../steps/step-context.js';

/** Names under which an inference reports its progress. */
export const InferenceProgressCategories = {
  ModelLoad: 'model_load',
  Inference: 'inference',
  Postprocess: 'postprocess',
} as const;
export type InferenceProgressCategories =
  (typeof InferenceProgressCategories)[keyof typeof InferenceProgressCategories];

/** What the steps of an inference share. Subclass it for fields of your own. */
export class InferenceContext<P = unknown> extends StepContext<P> {
  /** The param `model_id`. */
  modelId?: number;
  /** The model as the platform describes it. */
  model?: Record<string, unknown>;
  /** Folder of the model's files. */
  modelPath?: string;
  /** What the model is to be asked. */
  requests: unknown[] = [];
  /** What it says; the result has them when there are some. */
  results: unknown[] = [];
  /** How many requests the model is given at a time. */
  batchSize = 1;
  /** How many were processed; the result has it. */
  processedCount = 0;
}
