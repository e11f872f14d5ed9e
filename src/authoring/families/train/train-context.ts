import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { CheckpointReference } from '../../context/runtime-context.js';
import { StepContext } from '../../steps/step-context.js';

/** Names under which a training reports its progress. */
export const TrainProgressCategories = {
  Dataset: 'dataset',
  Train: 'train',
  ModelUpload: 'model_upload',
} as const;
export type TrainProgressCategories = (typeof TrainProgressCategories)[keyof typeof TrainProgressCategories];

/** What the steps of a training share. Subclass it for fields of your own. */
export class TrainContext<P = unknown> extends StepContext<P> {
  /** What training starts from, where it does. */
  checkpoint?: CheckpointReference;
  /** What is learned from. */
  dataset?: unknown;
  /** Path of the weights. */
  modelPath?: string;
  /** The model as the platform keeps it; the result has it. Must have a JSON form. */
  model?: unknown;

  /** @throws NotConfiguredError when no backend is set up. */
  get client(): BackendClient {
    return this.runtimeCtx.client;
  }
}
