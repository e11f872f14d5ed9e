import type { ClassOf } from '../decorators/action.decorator.js';
import type { PipelineFinding } from './pipeline-checks.js';
import type { PipelineGraph } from './pipeline-graph.js';
import type { ActionFacts } from './pipeline-node.js';

/** What a runner needs to know of a pipeline. */
export interface Pipeline {
  readonly name: string;
  readonly description: string | null;
  readonly graph: PipelineGraph;
  /** Whether what does not fit is refused; else it is warned of. */
  readonly isStrict: boolean;
  /** Class of the params that it takes itself. */
  readonly paramsType?: ClassOf<object>;
  /** Checks the actions against each other, once all of them are known. @throws SchemaIncompatibleError where strict. */
  check(facts: readonly (ActionFacts | undefined)[]): readonly PipelineFinding[];
}
