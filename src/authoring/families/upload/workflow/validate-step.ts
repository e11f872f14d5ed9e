import { UploadInvalidError } from '../../../../foundation/errors/family.errors.js';
import { LogLevel } from '../../../../foundation/config/enums.js';
import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { packLines } from '../../work/packed-lines.js';
import { typeProblem } from './file-types.js';
import { findUnits } from './organize-step.js';
import { FoundUnits, PLAN_DATA, type PlannedUnit } from './upload-plan.js';
import type { UploadRunContext } from './upload-run-context.js';

/** Problems that an action has with a unit, each as a clause. */
export type UnitCheck = (unit: PlannedUnit) => readonly string[] | Promise<readonly string[]>;

/** How many units an error names, and the log. */
const SHOWN = 5;
const LOGGED = 100;

/** Looks at the units before the first byte is uploaded. Its result keeps those that can be, for all steps after it. */
export class ValidateUploadStep extends BaseStep<UploadRunContext> {
  override readonly name = 'validate';
  override readonly progressWeight = 0.03;
  readonly #check: UnitCheck;

  constructor(check: UnitCheck) {
    super();
    this.#check = check;
  }

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const first: string[] = [];
    const found = new FoundUnits(context.runtimeCtx);
    // Found on another host, which has ended.
    if (!found.exist) await findUnits(context);
    Object.assign(context, { skippedCount: 0, unitCount: 0, fileCount: 0 });
    const plan = await packLines(this.#valid(context, first));
    if (context.skippedCount > 0 && context.params.on_error === 'fail') {
      throw new UploadInvalidError(context.skippedCount, first);
    }
    if (context.unitCount === 0) throw new UploadInvalidError(context.skippedCount, first);
    const { unitCount: units, skippedCount: skipped } = context;
    return StepResult.ok({ units, skipped }, { rollbackData: { [PLAN_DATA]: plan } });
  }

  async *#valid(context: UploadRunContext, first: string[]): AsyncGenerator<PlannedUnit> {
    for await (const unit of new FoundUnits(context.runtimeCtx).units()) {
      const problems = [...(unit.problems ?? []), ...problemsOf(context, unit), ...(await this.#check(unit))];
      if (problems.length === 0) {
        context.unitCount += 1;
        context.fileCount += Object.keys(unit.files).length;
        yield unit;
        continue;
      }
      context.skippedCount += 1;
      if (first.length < SHOWN) first.push(`${unit.name}: ${problems.join(', ')}`);
      if (context.params.on_error === 'skip' && context.skippedCount <= LOGGED) {
        context.runtimeCtx.logger.log(LogLevel.Warning, 'upload_unit_skipped', { unit: unit.name, problems });
      }
    }
  }
}

function problemsOf({ specifications, params }: UploadRunContext, { files }: PlannedUnit): string[] {
  const most = params.max_file_bytes ?? Number.POSITIVE_INFINITY;
  return Object.entries(files).flatMap(([slot, { key, size }]) => {
    const type = specifications.find(({ name }) => name === slot)?.file_type;
    const wrongType = typeProblem(key, type);
    return [
      ...(wrongType === undefined ? [] : [wrongType]),
      ...(size === 0 ? [`${key} is empty`] : []),
      ...(size > most ? [`${key} has ${size} bytes, at most ${most} are allowed`] : []),
    ];
  });
}
