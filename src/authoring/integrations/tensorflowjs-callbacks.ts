import type { AutologTarget } from './autolog-target.interface.js';

/** Logs of a batch or an epoch: numbers, or tensors that hold one, depending on the callbacks beside ours. */
export type TrainingLogs = Readonly<Record<string, unknown>>;

interface ScalarTensor {
  data(): Promise<ArrayLike<number>>;
}

/**
 * Callbacks of one training. `fit` takes them as a plain object of functions, and also beside ready-made callbacks such as
 * early stopping: then it expects the methods of such an object too, and hands over tensors in place of numbers.
 */
export class TrainingCallbacks {
  #target: AutologTarget | undefined;
  #epoch = 0;
  #batches: number | undefined;
  /** Epochs in all; without it there is no progress to report. */
  epochs: number | undefined;

  constructor(target: AutologTarget, epochs?: number, batchesPerEpoch?: number) {
    this.#target = target;
    this.epochs = epochs;
    this.#batches = batchesPerEpoch;
  }

  // fit takes the functions off the object, so they are bound.
  readonly setParams = (params: TrainingLogs): void => {
    if (typeof params.epochs === 'number') this.epochs ??= params.epochs;
  };

  /** Part of the shape that `fit` expects; the model itself is of no interest here. */
  readonly setModel = (): void => undefined;

  readonly onTrainBegin = async (): Promise<void> => undefined;

  readonly onEpochBegin = async (epoch: number): Promise<void> => {
    this.#epoch = epoch;
  };

  readonly onBatchBegin = async (): Promise<void> => undefined;

  readonly onBatchEnd = async (batch: number): Promise<void> => {
    const done = batch + 1;
    // The last batch is the end of the epoch; a full epoch shows when its validation is done too.
    if (this.#batches !== undefined && done < this.#batches) this.#progress(this.#epoch + done / this.#batches);
    this.#seen = done;
  };

  readonly onEpochEnd = async (epoch: number, logs?: TrainingLogs): Promise<void> => {
    this.#batches = this.#seen > 0 ? this.#seen : this.#batches;
    this.#progress(epoch + 1);
    const target = this.#target;
    if (!target || !logs) return;
    const { train, validation } = await splitLogs(logs);
    if (Object.keys(train).length > 0) target.setMetrics({ epoch: epoch + 1, ...train }, 'train');
    if (Object.keys(validation).length > 0) target.setMetrics({ epoch: epoch + 1, ...validation }, 'validation');
  };

  /** Early stopping may end a training before its last epoch; the phase is done all the same. */
  readonly onTrainEnd = async (): Promise<void> => {
    if (this.epochs !== undefined) this.#progress(this.epochs);
  };

  /** Reports nothing any more; a training that still runs goes on. */
  stop(): void {
    this.#target = undefined;
  }

  #seen = 0;

  #progress(done: number): void {
    if (this.epochs !== undefined) this.#target?.setProgress(done, this.epochs, 'train');
  }
}

async function splitLogs(logs: TrainingLogs): Promise<Record<'train' | 'validation', Record<string, number>>> {
  const split = { train: {} as Record<string, number>, validation: {} as Record<string, number> };
  for (const [key, value] of Object.entries(logs)) {
    const number = await numberOf(value);
    if (number === undefined) continue;
    if (key.startsWith('val_')) split.validation[key.slice('val_'.length)] = number;
    else split.train[key] = number;
  }
  return split;
}

/** A tensor that was disposed of in the meantime, or anything else that gives no number, is left out. */
async function numberOf(value: unknown): Promise<number | undefined> {
  if (typeof value === 'number') return value;
  if (!isScalarTensor(value)) return undefined;
  try {
    return (await value.data())[0];
  } catch {
    return undefined;
  }
}

function isScalarTensor(value: unknown): value is ScalarTensor {
  return typeof value === 'object' && value !== null && typeof (value as Partial<ScalarTensor>).data === 'function';
}
