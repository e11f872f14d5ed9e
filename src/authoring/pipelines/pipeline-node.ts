import type { DataTypeClass } from '../../foundation/data-types/data-type.js';
import type { RunMethod } from '../../foundation/config/enums.js';
import type { ActionResources, ClassOf } from '../decorators/action.decorator.js';
import type { PipelineAction } from './pipeline-types.js';

/** How one action takes part in a pipeline. All but the action has a default. */
export interface PipelineNodeOptions {
  readonly action: PipelineAction;
  /** Nodes that must be completed first; by their names. @defaultValue none: it starts with the pipeline */
  readonly after?: readonly string[];
  /** Where it runs, instead of where the action itself asks to. */
  readonly method?: RunMethod;
  /** What its run is given, instead of what the action itself asks for. */
  readonly resources?: ActionResources;
  /** What it counts in the pipeline's progress, a number from 0 on. @defaultValue 1 */
  readonly weight?: number;
}

/** One action in a pipeline, everything about its place decided. */
export interface PipelineNode extends PipelineNodeOptions {
  /** Unique in the pipeline. */
  readonly name: string;
  readonly after: readonly string[];
  readonly weight: number;
}

/** What the checks of a pipeline know of an action. */
export interface ActionFacts {
  /** What messages call it: the name of its class, where that is known. */
  readonly label: string;
  readonly paramsType?: ClassOf<object>;
  readonly resultType?: ClassOf<object>;
  readonly inputType?: DataTypeClass;
  readonly outputType?: DataTypeClass;
}
