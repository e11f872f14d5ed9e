import { join } from 'node:path';
import { BaseStep, StepResult } from 'nest-synapse';
import { DatasetJudge } from '../quality/dataset-judge.js';
import { DEFAULT_LIMITS } from '../quality/quality-rule.js';
import { QualityReport } from '../report/quality-report.js';
import type { DatasetUploadContext } from './dataset-upload-context.js';

/** Judges the set before the first file leaves: what is wrong here is wrong for everybody who uses it later. */
export class QualityStep extends BaseStep<DatasetUploadContext> {
  override readonly name = 'quality';
  override readonly progressWeight = 0.1;

  constructor(
    private readonly judge: DatasetJudge,
    private readonly report: QualityReport,
  ) {
    super();
  }

  override async execute(context: DatasetUploadContext): Promise<StepResult> {
    const { params, signal, runtimeCtx } = context;
    const onPicture = (images: number): void => context.setMetrics({ images });
    const judgement = await this.judge.judge(params.path, { limits: DEFAULT_LIMITS, signal, onPicture });
    context.reportPath = join(runtimeCtx.workDir, 'quality-report.html');
    context.warningCount = judgement.findings.count('warning');
    await this.report.write(context.reportPath, judgement);
    const errors = judgement.findings.count('error');
    if (errors > 0) return StepResult.fail(`${judgement.path} has ${errors} errors; see ${context.reportPath}`);
    return StepResult.ok({ report_path: context.reportPath, warnings: context.warningCount });
  }
}
