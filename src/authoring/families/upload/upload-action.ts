import { Action } from '../../decorators/action.decorator.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import type { StepRegistry } from '../../steps/step-registry.js';
import { BaseUploadAction, type UploadStepsResult } from './base-upload-action.js';
import { UploadParams } from './upload-params.js';
import { CleanupUploadStep } from './workflow/cleanup-step.js';
import { InitializeUploadStep } from './workflow/initialize-step.js';
import { OrganizeUploadStep } from './workflow/organize-step.js';
import { RegisterUnitsStep } from './workflow/register-step.js';
import type { PlannedUnit } from './workflow/upload-plan.js';
import { UploadRunContext } from './workflow/upload-run-context.js';
import { UploadFilesStep } from './workflow/upload-step.js';
import { ValidateUploadStep } from './workflow/validate-step.js';

/** Result of an {@link UploadAction}. */
export interface UploadRunResult extends UploadStepsResult {
  /** How many units were left out, since they are not complete; absent where there were none. */
  readonly skipped_units?: number;
}

/**
 * Uploads a folder into a data collection: puts files together that belong together, looks at them, uploads them, and makes data units of them.
 *
 * A failure takes everything away again that was made; a crash is gone on from where it was. Extend it to check units in a way of your own, or to
 * change its steps in `setupSteps`.
 *
 * @typeParam P - The params class.
 */
@Action({
  name: 'upload',
  description: 'Upload files of a folder or storage into a data collection',
  params: UploadParams,
  context: UploadRunContext,
})
export class UploadAction<P extends UploadParams = UploadParams> extends BaseUploadAction<P, UploadRunResult> {
  override setupSteps(registry: StepRegistry): void {
    registry.register(new InitializeUploadStep());
    registry.register(new OrganizeUploadStep());
    registry.register(new ValidateUploadStep((unit) => this.checkUnit(unit)));
    registry.register(new UploadFilesStep());
    registry.register(new RegisterUnitsStep());
    registry.register(new CleanupUploadStep());
  }

  override resultOfSteps(context: UploadRunContext<P>, summary: OrchestratorSummary): UploadRunResult {
    const { uploadedCount, registeredCount, skippedCount } = context;
    return {
      ...summary,
      uploaded_files: uploadedCount,
      data_units: registeredCount,
      ...(skippedCount > 0 && { skipped_units: skippedCount }),
    };
  }

  /** What else is wrong with a unit, each as a clause; nothing for one that may be uploaded. */
  protected checkUnit(_unit: PlannedUnit): readonly string[] | Promise<readonly string[]> {
    return [];
  }
}
