import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { PipelinePlan } from '../../../runtime/pipelines/pipeline-plan.js';
import type { OpenPlugin } from '../plugin-host.js';

const PREFIX = 'pipeline:';

/** Names of all pipelines of a plugin, those that cannot run included. */
export function pipelineNames({ plugin, registry, pipelines }: OpenPlugin): string[] {
  const { code } = plugin.configFile.config;
  const broken = [...registry.unavailable(code).keys()].filter((name) => name.startsWith(PREFIX));
  return [...pipelines.list(code).map(({ name }) => name), ...broken.map((name) => name.slice(PREFIX.length))];
}

/**
 * The pipeline that is meant.
 *
 * @param name - May be left out when there is only one.
 * @throws PipelineNotFoundError; {@link UsageError} without a name when there are several, or none; the reason, for one that cannot run.
 */
export function pipelineNamed(opened: OpenPlugin, name: string | undefined): PipelinePlan {
  const { code } = opened.plugin.configFile.config;
  if (name !== undefined) return opened.pipelines.get(name, code);
  const [only, ...others] = pipelineNames(opened);
  if (only !== undefined && others.length === 0) return opened.pipelines.get(only, code);
  throw new UsageError(
    only === undefined
      ? `Plugin '${code}' has no pipelines. Name some under 'pipelines:' in its config.yaml.`
      : `Plugin '${code}' has several pipelines: ${[only, ...others].join(', ')}. Say which.`,
    { details: { plugin: code, pipelines: only === undefined ? [] : [only, ...others] } },
  );
}
