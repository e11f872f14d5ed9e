import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { initialParamsFaults } from '../../../runtime/pipelines/initial-params.js';
import type { PipelinePlan, PlannedNode } from '../../../runtime/pipelines/pipeline-plan.js';
import type { CliOutput } from '../cli-output.js';

/**
 * Refuses params that an action would refuse once it is its turn, hours after the first one began; of a pipeline that is not strict, they are
 * warned of.
 *
 * @param nodes - Whose values are looked at. @defaultValue those of all actions
 * @throws {@link ParamsInvalidError}.
 */
export async function refuseInitialParams(
  plan: PipelinePlan,
  params: object,
  output: CliOutput,
  nodes?: readonly PlannedNode[],
): Promise<void> {
  const faults = await initialParamsFaults(plan, params, nodes);
  if (faults.length > 0 && plan.pipeline.isStrict) throw new ParamsInvalidError(plan.name, faults);
  for (const { path, message } of faults)
    output.note(`Warning: params of pipeline '${plan.name}': ${path}: ${message}`);
}
