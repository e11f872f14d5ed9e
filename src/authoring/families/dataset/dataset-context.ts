import { StepContext } from '../../steps/step-context.js';
import type { DatasetParams } from './dataset-params.js';

/** What the steps of a {@link DatasetAction} share; its result is made of it. Subclass it for fields of your own. */
export class DatasetContext extends StepContext<DatasetParams> {
  /** Folder of the data set as it is now. */
  path?: string;
  /** Format of the data set as it is now. */
  format?: string;
  isCategorized = false;
  /** File that describes the data set to a training. */
  configPath: string | null = null;
  /** How many data units were downloaded. */
  count: number | null = null;
  /** How many data units were left out, since they failed. */
  failedCount = 0;
  /** Folder that it was converted from. */
  sourcePath: string | null = null;
}
