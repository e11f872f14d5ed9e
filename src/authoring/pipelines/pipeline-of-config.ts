import type { PipelineConfig } from '../../foundation/config/pipeline-config.js';
import { ActionPipeline, type PipelineLog } from './action-pipeline.js';
import { nodeOf } from './pipeline-actions.js';

/** Its findings are those of the actions, which are not known before it is run. */
const SILENT: PipelineLog = { log: () => undefined, warn: () => undefined };

/**
 * The pipeline that an entry of config.yaml describes. Its actions are only named.
 *
 * @throws PipelineDefinitionError for two nodes of one name, an unknown one in `after`, and a circle.
 */
export function pipelineOfConfig({ name, description, strict, actions }: PipelineConfig): ActionPipeline {
  const nodes = actions.map(({ name: node, ...options }) => nodeOf(node, options));
  return new ActionPipeline(nodes, { name, description, strict, logger: SILENT });
}
