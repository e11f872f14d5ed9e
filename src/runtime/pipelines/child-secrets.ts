import { isRecord } from '../../foundation/schema/json-safe.js';
import type { ResumeRequest } from '../runner/recovery-request.js';
import { secretPathsOf } from './pipeline-plan.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/**
 * What the run of a node is taken up again with: the secrets among its params, which are in no store, and the environment.
 *
 * @param from - What its action was given, with the secrets: the pipeline's own, and those that actions before it have brought.
 */
export function childSecrets(
  { plan, extras }: PipelineSurroundings,
  index: number,
  from: unknown,
): Pick<ResumeRequest, 'params' | 'env'> {
  const { env } = extras;
  const definition = plan.nodes[index]?.definition;
  if (!definition || !isRecord(from)) return { env };
  const names = new Set(secretPathsOf(definition).map((path) => path.split('.')[0] ?? ''));
  return {
    params: Object.fromEntries([...names].filter((name) => name in from).map((name) => [name, from[name]])),
    env,
  };
}
