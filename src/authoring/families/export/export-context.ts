import { Exclude } from 'class-transformer';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import { StepContext } from '../../steps/step-context.js';

/** Names under which an export reports its progress. */
export const ExportProgressCategories = { DatasetConversion: 'dataset_conversion' } as const;
export type ExportProgressCategories = (typeof ExportProgressCategories)[keyof typeof ExportProgressCategories];

/** What the steps of an export share. Subclass it for fields of your own. */
export class ExportContext<P = unknown> extends StepContext<P> {
  /** What is exported. Read as it comes, so a crash does not keep it: the step that needs it asks again. */
  @Exclude()
  results?: AsyncIterable<unknown> | Iterable<unknown>;
  /** How many there are to export. */
  totalCount = 0;
  /** How many were exported; the result has it. */
  exportedCount = 0;
  /** How many were left out, since they could not be converted; the result has it when there are some. */
  failedCount = 0;
  /** Where they lie; the result has it. */
  outputPath?: string;

  /** @throws NotConfiguredError when no backend is set up. */
  get client(): BackendClient {
    return this.runtimeCtx.client;
  }
}
