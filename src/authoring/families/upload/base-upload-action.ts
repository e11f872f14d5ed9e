import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { UploadContext } from './upload-context.js';

/** Result of an upload. */
export interface UploadStepsResult extends OrchestratorSummary {
  /** How many files lie in the storage. */
  readonly uploaded_files: number;
  /** How many data units the platform made of them. */
  readonly data_units: number;
}

/**
 * An upload: always steps, over an {@link UploadContext}, so that what a failure leaves behind is undone.
 *
 * @typeParam P - The params class.
 * @typeParam R - The result. An action whose result is another one than the default overrides `resultOfSteps`.
 */
export abstract class BaseUploadAction<P = unknown, R = UploadStepsResult> extends BaseAction<P, R> {
  /** Makes what the steps share; of the class that `@Action({ context })` names, if it names one. */
  override createContext(_params: P, ctx: RuntimeContext<P>): UploadContext<P> {
    return familyContext<UploadContext<P>>(this, ctx as RuntimeContext<never>, UploadContext);
  }

  override resultOfSteps({ uploadedFiles, dataUnits }: UploadContext<P>, summary: OrchestratorSummary): R | Promise<R> {
    const result: UploadStepsResult = {
      ...summary,
      uploaded_files: uploadedFiles.length,
      data_units: dataUnits.length,
    };
    return result as R;
  }

  /** @throws NotConfiguredError when no backend is set up. */
  protected get client(): BackendClient {
    return this.ctx.client;
  }
}
