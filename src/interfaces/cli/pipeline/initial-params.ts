import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { InitialParams } from '../../../runtime/pipelines/initial-params.js';
import type { PipelinePlan } from '../../../runtime/pipelines/pipeline-plan.js';
import type { CliOutput } from '../cli-output.js';

/**
 * Refuses params that an action would refuse once it is its turn, hours after the first one began; of a pipeline that is not strict, they are
 * warned of.
 *
 * @param without - Whose values are not looked at: the first actions refuse theirs at once themselves. @defaultValue none
 * @throws {@link ParamsInvalidError}.
 */
export async function refuseInitialParams(
  plan: PipelinePlan,
  params: object,
  output: CliOutput,
  without: 'none' | 'first' = 'none',
): Promise<void> {
  const faults = (await new InitialParams(plan).faults(params, without)) ?? [];
  if (faults.length > 0 && plan.pipeline.isStrict) throw new ParamsInvalidError(plan.name, faults);
  for (const { path, message } of faults)
    output.note(`Warning: params of pipeline '${plan.name}': ${path}: ${message}`);
}
