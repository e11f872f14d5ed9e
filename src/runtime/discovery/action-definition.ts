import type { RunMethod } from '../../foundation/config/enums.js';
import type { DataType } from '../../foundation/data-types/data-type.js';
import type { ActionOptions, ActionResources, ClassOf } from '../../authoring/decorators/action.decorator.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import type { StepHost } from '../../authoring/steps/step-host.interface.js';
import type { JournalState } from '../../authoring/steps/journal-state.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';

/** Everything known about one action of one plugin: what its decorator says, overridden by config.yaml. Immutable. */
export interface ActionDefinition {
  /** Code of the plugin it belongs to. Two plugins may share a class; each has a definition of its own. */
  readonly plugin: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  /** Where it asks to run when the caller does not say; absent when neither decorator nor config.yaml says so. */
  readonly method?: RunMethod;
  /** `path/to/file:Class` or `path/to/file:Class.method`; for a host's own provider just the class. */
  readonly entrypoint: string;
  readonly paramsType?: ClassOf<object>;
  readonly resultType?: ClassOf<object>;
  readonly inputType?: typeof DataType;
  readonly outputType?: typeof DataType;
  /** Names in config.yaml where the class declares none; may name types of other plugins. */
  readonly inputTypeName?: string;
  readonly outputTypeName?: string;
  readonly isStrictResult: boolean;
  /** Whether keys that the params class lacks are dropped instead of refused. */
  readonly ignoresUnknownParams: boolean;
  readonly timeoutMs?: number;
  readonly resources?: ActionResources;
  readonly permissions: readonly string[];
  /** The decorator's own words, for parts that need more than the above. */
  readonly options: ActionOptions;
  /** Environment that the plugin's configuration adds. */
  readonly env: Readonly<Record<string, unknown>>;
  /** Absolute path and content hash of the plugin's folder, where it has one. */
  readonly source?: PluginSource;
  /** The steps of an action that may have some. */
  readonly steps?: UndoableSteps;
  /** Makes what a completed run did undone, where a pipeline fails later on. */
  readonly compensate?: (params: unknown, result: unknown, ctx: RuntimeContext) => unknown;
  /** Whether it runs other actions; what it throws is the error of its run. */
  readonly isPipeline?: true;
  /** Paths of secret params, where no params class tells of them. */
  readonly secretPaths?: readonly string[];
  /** Calls the action on its singleton, its steps where it has some. Only the invoker does. */
  readonly call: (params: unknown, ctx: RuntimeContext, host?: StepHost) => unknown;
}

/** What an earlier process has done of a run, and how to undo it. */
export interface UndoableSteps {
  /** An undo that fails is a report. */
  undo(
    params: unknown,
    ctx: RuntimeContext,
    given: { readonly from: JournalState; readonly host?: StepHost },
  ): Promise<readonly StepUndoReport[]>;
}

/** Where a plugin's code was read from. */
export interface PluginSource {
  /** Absolute path of the folder. */
  readonly path: string;
  /** SHA-256 of the sources, in hex. */
  readonly contentHash: string;
}
