import type { AutologTarget } from './autolog-target.interface.js';
import { BaseIntegration } from './base-integration.js';
import { TrainingCallbacks } from './tensorflowjs-callbacks.js';

/** What a TensorFlow.js training is told. */
export interface TensorflowjsOptions {
  /**
   * Epochs of the training, for the progress. Not needed with `fitArgs`, which reads them from the arguments.
   * @defaultValue none: without it, metrics are reported and progress is not
   */
  readonly epochs?: number;
  /** Batches of one epoch, for progress within the first epoch; later ones count for themselves. @defaultValue unknown */
  readonly batchesPerEpoch?: number;
}

/** The part of `fit`'s arguments that matters here. */
export interface FitArguments {
  readonly epochs?: number;
  readonly callbacks?: unknown;
}

/** What an author hands to `model.fit` and `model.fitDataset`. */
export interface TensorflowjsHandle {
  /** For the `callbacks` argument, alone or in a list with others. */
  readonly callbacks: TrainingCallbacks;
  /** A copy of the arguments for `fit` that also reports; callbacks of your own stay and are called first. */
  fitArgs<A extends FitArguments>(args: A): A;
  /** Tells the run where trained weights were saved: event `model_weights` with `type` and the file. */
  reportWeights(file: string, type?: string): void;
  /** Tells the run where the table of the training was saved: event `training_results` with the file. */
  reportResults(file: string): void;
}

/**
 * Reports `model.fit` of TensorFlow.js through its callbacks: progress `train` for each batch, metrics `train`
 * (epoch, loss, acc …) and `validation` (the same without their `val_`) for each epoch.
 *
 * It works on the objects that the plugin hands over, so it needs no copy of TensorFlow.js of its own.
 */
export class TensorflowjsIntegration extends BaseIntegration<TensorflowjsOptions, TensorflowjsHandle> {
  readonly name = 'tensorflowjs';
  #callbacks: TrainingCallbacks | undefined;

  enable(target: AutologTarget, options: TensorflowjsOptions): TensorflowjsHandle {
    const callbacks = new TrainingCallbacks(target, options.epochs, options.batchesPerEpoch);
    this.#callbacks = callbacks;
    return {
      callbacks,
      fitArgs: (args) => {
        callbacks.epochs = args.epochs ?? 1; // as fit itself reads it
        return { ...args, callbacks: [...listOf(args.callbacks), callbacks] };
      },
      reportWeights: (file, type = 'best') => target.log('model_weights', { type }, file),
      reportResults: (file) => target.log('training_results', {}, file),
    };
  }

  disable(): void {
    this.#callbacks?.stop();
  }
}

function listOf(callbacks: unknown): unknown[] {
  if (callbacks === undefined || callbacks === null) return [];
  return Array.isArray(callbacks) ? callbacks : [callbacks];
}
