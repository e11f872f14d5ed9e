import { Logger } from '@nestjs/common';
import { PipelineDefinitionError, SchemaIncompatibleError } from '../../foundation/errors/pipeline.errors.js';
import type { ClassOf } from '../decorators/action.decorator.js';
import { factsOf, nodeOf, nodesInOrder } from './pipeline-actions.js';
import { checkPipeline, missingParams, type PipelineCheck, type PipelineFinding } from './pipeline-checks.js';
import { PipelineDefinition } from './pipeline-definition.js';
import type { PipelineExecutor, SubmitOptions, WaitOptions } from './pipeline-executor.interface.js';
import { PipelineGraph } from './pipeline-graph.js';
import type { Pipeline } from './pipeline.interface.js';
import type { ActionFacts, PipelineNode, PipelineNodeOptions } from './pipeline-node.js';
import type { CheckedGraph, CheckedOrder, InitialParams, LastResult, PipelineAction } from './pipeline-types.js';

/** Where the findings of a pipeline that is not strict go. Nest's Logger is one. */
export interface PipelineLog {
  log(message: string): void;
  warn(message: string): void;
}

/** What a pipeline can be told besides its actions. */
export interface ActionPipelineOptions<P extends object = object> {
  /** Runs name it. @defaultValue `ActionPipeline(A | B)` */
  readonly name?: string;
  /** One sentence for lists. */
  readonly description?: string;
  /** Class of the params that the pipeline itself takes. @defaultValue those of its first actions */
  readonly params?: ClassOf<P>;
  /** Whether a fault that the checks find is an error; else it is a line in the log. @defaultValue true */
  readonly strict?: boolean;
  /** Whether actions are checked against each other at all. @defaultValue true */
  readonly validateSchemas?: boolean;
  /** @defaultValue Nest's logger */
  readonly logger?: PipelineLog;
}

/** Options that turn the compiler's checks off as well. */
type LenientOptions = ActionPipelineOptions & { readonly strict: false };

/** The nodes of a graph: an action, or an action and its place. */
export type PipelineNodes = Readonly<Record<string, PipelineAction | PipelineNodeOptions>>;

/**
 * Actions that run one after the other, or as a graph. Results become params of later actions.
 *
 * @typeParam P - The params it takes.
 * @typeParam R - What its last action comes to.
 */
export class ActionPipeline<P extends object = object, R = unknown> implements Pipeline {
  readonly name: string;
  readonly description: string | null;
  readonly paramsType?: ClassOf<object>;
  readonly isStrict: boolean;
  readonly isChecked: boolean;
  readonly graph: PipelineGraph;
  /** What the checks have found so far; actions that are only named are checked when the pipeline is run. */
  readonly findings: readonly PipelineFinding[];
  /** Never there: keeps the types apart. */
  declare protected readonly types?: { readonly params: P; readonly result: R };

  /**
   * @throws PipelineDefinitionError for what is no pipeline; {@link SchemaIncompatibleError} for actions that do not fit, where strict.
   */
  constructor(nodes: readonly PipelineNode[], options: ActionPipelineOptions = {}) {
    this.name = options.name ?? textOf(nodes);
    this.description = options.description ?? null;
    this.paramsType = options.params;
    this.isStrict = options.strict ?? true;
    this.isChecked = options.validateSchemas ?? true;
    this.graph = new PipelineGraph(this.name, nodes);
    this.findings = this.check(this.#ownFacts());
    const log = options.logger ?? new Logger('ActionPipeline');
    for (const { level, message } of this.findings) {
      if (level === 'info') log.log(message);
      else log.warn(message);
    }
  }

  /** Actions in order. Each takes its params from the initial params and from the results before it. */
  static of<const A extends readonly PipelineAction[]>(
    ...actions: A & CheckedOrder<A, InitialParams<A, never>>
  ): ActionPipeline<Checked<InitialParams<A, never>>, LastResult<A>>;
  static of<const A extends readonly PipelineAction[]>(
    actions: A,
    options: LenientOptions,
  ): ActionPipeline<object, LastResult<A>>;
  static of<const A extends readonly PipelineAction[], P extends object = never>(
    actions: A & CheckedOrder<A, InitialParams<A, P>>,
    options: ActionPipelineOptions<P>,
  ): ActionPipeline<Checked<InitialParams<A, P>>, LastResult<A>>;
  static of(...given: readonly unknown[]): ActionPipeline {
    const [first, options] = given;
    if (!Array.isArray(first)) return new ActionPipeline(nodesInOrder(given as readonly PipelineAction[]));
    return new ActionPipeline(nodesInOrder(first as PipelineAction[]), (options ?? {}) as ActionPipelineOptions);
  }

  /** Actions by name, each `after` those it waits for. What waits for nothing that is still running runs side by side. */
  static dag<const N extends PipelineNodes>(nodes: N, options: LenientOptions): ActionPipeline;
  static dag<const N extends PipelineNodes, P extends object = never>(
    nodes: N & CheckedGraph<N, P>,
    options?: ActionPipelineOptions<P>,
  ): ActionPipeline<[P] extends [never] ? object : P>;
  static dag(nodes: PipelineNodes, options: ActionPipelineOptions = {}): ActionPipeline {
    if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes)) {
      throw new PipelineDefinitionError(
        'A graph of actions is an object of nodes by name, e.g. { fetch: FetchAction }.',
      );
    }
    const all = Object.entries(nodes).map(([name, node]) =>
      nodeOf(name, typeof node === 'object' && node !== null ? node : { action: node }),
    );
    return new ActionPipeline(all, options);
  }

  /** What the nodes stand for, in an order in which they can run. */
  get actions(): readonly PipelineAction[] {
    return this.graph.nodes.map(({ action }) => action);
  }

  get length(): number {
    return this.graph.nodes.length;
  }

  toString(): string {
    return textOf(this.graph.nodes);
  }

  /** `<Class>.<field>` of each required param that neither `params` nor an earlier result has. */
  validateInitialParams(params: object = {}): string[] {
    return missingParams(this.#checkOf(this.#ownFacts()), Object.keys(params));
  }

  /**
   * Checks the actions against each other, given what is known of them in the order of the graph.
   *
   * @throws {@link SchemaIncompatibleError} with the first error, where strict.
   */
  check(facts: readonly (ActionFacts | undefined)[]): readonly PipelineFinding[] {
    if (!this.isChecked) return [];
    const findings = checkPipeline(this.#checkOf(facts));
    const fault = findings.find(({ level }) => level === 'error');
    if (!fault) return findings;
    throw new SchemaIncompatibleError(fault.message, { details: { pipeline: this.name, findings } });
  }

  /** Starts a run and resolves to its id. */
  submit(params: Partial<P>, executor: PipelineExecutor, options: SubmitOptions = {}): Promise<string> {
    return executor.submit(this, params, options);
  }

  /** Resolves to the result of a run that was submitted. @throws the error it ended with; RunTimeoutError. */
  async wait(runId: string, executor: PipelineExecutor, options: WaitOptions = {}): Promise<R> {
    await executor.wait(runId, options);
    return (await executor.getResult(runId)) as R;
  }

  /** Runs the pipeline to its end. @throws the error it ended with. */
  async execute(params: Partial<P>, executor: PipelineExecutor, onAction?: SubmitOptions['onAction']): Promise<R> {
    const runId = await executor.submit(this, params, { onAction });
    return this.wait(runId, executor);
  }

  /** The form that services and lists hold. */
  toDefinition(name: string = this.name): PipelineDefinition {
    return new PipelineDefinition(name, this.actions, this.description);
  }

  #checkOf(facts: PipelineCheck['facts']): PipelineCheck {
    return { graph: this.graph, facts, initial: this.paramsType, isStrict: this.isStrict };
  }

  #ownFacts(): (ActionFacts | undefined)[] {
    return this.graph.nodes.map(({ action }) => factsOf(action));
  }
}

/** Params that nothing is known of are any object. */
type Checked<P> = P extends object ? P : object;

function textOf(nodes: readonly PipelineNode[]): string {
  const labels = nodes.map(({ action }) => (typeof action === 'string' ? action : action.name));
  return `ActionPipeline(${labels.join(' | ')})`;
}
