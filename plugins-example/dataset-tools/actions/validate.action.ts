import { join, resolve } from 'node:path';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsNumber, IsObject, IsString, Max, Min } from 'class-validator';
import { Action, BaseAction, RuntimeContext, UiField } from 'nest-synapse';
import { DatasetJudge, type Judgement } from '../src/quality/dataset-judge.js';
import { DEFAULT_LIMITS } from '../src/quality/quality-rule.js';
import { QualityReport } from '../src/report/quality-report.js';

export class ValidateParams {
  @UiField({ help: 'Folder of the data set, or its file' })
  @IsString()
  @IsNotEmpty()
  dataset!: string;

  @UiField({ help: 'Format of the data set; empty for what its files look like' })
  @IsString()
  format = '';

  @UiField({ help: "Folder for the report; empty for the run's own folder" })
  @IsString()
  output_dir = '';

  @UiField({ help: 'What makes the action fail: an error, a warning, or nothing' })
  @IsIn(['error', 'warning', 'never'])
  fail_on: 'error' | 'warning' | 'never' = 'error';

  @UiField({ help: 'Shortest side of a box or outline, in pixels' })
  @IsNumber()
  @Min(0)
  min_side_px = DEFAULT_LIMITS.minSidePx;

  @UiField({ help: 'Two shapes of one class that have this much in common are one object twice' })
  @IsNumber()
  @Min(0.5)
  @Max(1)
  duplicate_overlap = DEFAULT_LIMITS.duplicateOverlap;

  @UiField({ help: 'Two boxes of one class that have this much in common are worth a look' })
  @IsNumber()
  @Min(0)
  @Max(1)
  suspicious_overlap = DEFAULT_LIMITS.suspiciousOverlap;

  @UiField({ help: 'How many times as many annotations as the rarest class the most frequent one may have' })
  @IsNumber()
  @Min(1)
  max_imbalance = DEFAULT_LIMITS.maxImbalance;

  @UiField({ help: 'Fewest annotations of a class' })
  @IsInt()
  @Min(0)
  min_per_class = DEFAULT_LIMITS.minPerClass;
}

export class ValidateResult {
  /** The data set that was judged, for the actions that follow. */
  @IsString()
  dataset!: string;

  @IsBoolean()
  passed!: boolean;

  @IsInt()
  images!: number;

  @IsInt()
  annotations!: number;

  @IsInt()
  errors!: number;

  @IsInt()
  warnings!: number;

  /** How often each rule found something. */
  @IsObject()
  findings!: Record<string, number>;

  /** The page that shows all of it. */
  @IsString()
  report_path!: string;
}

@Action({
  name: 'validate',
  description: 'Judge the annotations of a data set by rules, and write a report with charts',
  params: ValidateParams,
  result: ValidateResult,
  method: 'local',
})
export class ValidateAction extends BaseAction<ValidateParams, ValidateResult> {
  constructor(
    private readonly judge: DatasetJudge,
    private readonly report: QualityReport,
  ) {
    super();
  }

  async execute(params: ValidateParams, ctx: RuntimeContext<ValidateParams>): Promise<ValidateResult> {
    const judgement = await this.judge.judge(params.dataset, {
      format: params.format || undefined,
      limits: {
        minSidePx: params.min_side_px,
        duplicateOverlap: params.duplicate_overlap,
        suspiciousOverlap: params.suspicious_overlap,
        maxImbalance: params.max_imbalance,
        minPerClass: params.min_per_class,
      },
      signal: ctx.signal,
      onPicture: (images) => ctx.setMetrics({ images }, 'validate'),
    });
    const report_path = resolve(join(params.output_dir || ctx.workDir, 'quality-report.html'));
    await this.report.write(report_path, judgement);
    const result = { ...summaryOf(judgement, params.fail_on), report_path };
    if (result.passed) return result;
    const counts = `${counted(result.errors, 'error')} and ${counted(result.warnings, 'warning')}`;
    throw new Error(
      `${judgement.path} has ${counts}; see ${report_path}. With fail_on: never they do not end the run.`,
    );
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function summaryOf({ path, statistics, findings }: Judgement, failOn: string): Omit<ValidateResult, 'report_path'> {
  const [errors, warnings] = [findings.count('error'), findings.count('warning')];
  const isBad = (failOn !== 'never' && errors > 0) || (failOn === 'warning' && warnings > 0);
  const counts = findings.list().filter(({ count }) => count > 0);
  return {
    dataset: path,
    passed: !isBad,
    images: statistics.images,
    annotations: statistics.annotations,
    errors,
    warnings,
    findings: Object.fromEntries(counts.map(({ rule, count }) => [rule, count])),
  };
}
