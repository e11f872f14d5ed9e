import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import type { UploadRunContext } from './upload-run-context.js';

/** Says what was done, and removes copies of files. What the undo needs stays as long as the run's folder. */
export class CleanupUploadStep extends BaseStep<UploadRunContext> {
  override readonly name = 'cleanup';
  override readonly progressWeight = 0.02;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const { runtimeCtx, registeredCount, uploadedCount, skippedCount } = context;
    await rm(join(runtimeCtx.workDir, 'upload-files'), { recursive: true, force: true });
    const counts = { data_units: registeredCount, uploaded_files: uploadedCount, skipped_units: skippedCount };
    context.setMetrics(counts);
    context.log('upload_complete', counts);
    return StepResult.ok(counts);
  }
}
