import type { StepSession } from '../../authoring/steps/step-host.interface.js';
import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import { asSynapseError } from '../../foundation/errors/plugin.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import type { AbortListener } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { RunSummary } from '../run-store/run-record.js';
import type { MaybePromise } from '../run-store/run-store.interface.js';
import { type ChildRun, isLossOf, resumedChild } from './child-run.js';
import { childKeyPrefix } from './pipeline-children.js';
import type { EndedNode } from './ended-node.js';
import { compensate } from './pipeline-compensation.js';
import { failureOf, plainMessageOf, reasonOf } from './pipeline-failure.js';
import { obstacleOf } from './pipeline-obstacle.js';
import { PipelineParams } from './pipeline-params.js';
import type { PlannedNode } from './pipeline-plan.js';
import { PipelineReports } from './pipeline-reports.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** What earlier runs and processes have left. */
export interface PipelineStand {
  /** Runs of nodes, by node. */
  readonly children: ReadonlyMap<string, RunSummary>;
  /** Nodes whose runs are over, oldest first. */
  readonly ended: readonly EndedNode[];
  /** Results that another run has brought; its actions are never compensated for here. */
  readonly adopted: ReadonlyMap<string, unknown>;
  /** What the actions were given, with the secrets, as far as results tell it; by position. */
  readonly given: readonly object[];
}

/** A node, and the run that it has been given. */
interface RunningNode {
  readonly index: number;
  readonly planned: PlannedNode;
  readonly params: object;
  readonly startedAt: number;
  /** Undefined where it could not be started. */
  readonly child: ChildRun | undefined;
}

interface Failure {
  readonly index: number;
  readonly error: SynapseError;
}

/** One execution of a pipeline: starts what waits for nothing any more, and goes back when something fails. */
export class PipelineExecution implements AbortListener {
  readonly #around: PipelineSurroundings;
  readonly #session: StepSession | undefined;
  readonly #stand: PipelineStand | undefined;
  readonly #params: PipelineParams;
  readonly #waitsFor: number[];
  /** Runs of nodes that are under way, by position. */
  readonly #active: (ChildRun | undefined)[] = [];
  /** Nodes of which something may have to be undone, oldest first. */
  readonly #undoable: EndedNode[] = [];
  readonly #reports: PipelineReports;
  readonly #keyPrefix: string;
  /** Whether anybody may want to know how far the actions are, while they run. */
  readonly #isWatched: boolean;
  #begun = 0;
  #abortError: SynapseError | undefined;
  #lastIndex = 0;
  #failure: Failure | undefined;

  constructor(around: PipelineSurroundings, params: object, session?: StepSession, stand?: PipelineStand) {
    this.#around = around;
    this.#session = session;
    this.#stand = stand;
    this.#params = new PipelineParams(around.plan, params);
    this.#waitsFor = [...around.plan.waitsFor];
    const { host, store, plan, ctx } = around;
    this.#keyPrefix = childKeyPrefix(ctx.idempotencyKey, plan);
    this.#isWatched = store.isDurable || host.stream.isHeard;
    this.#reports = new PipelineReports(around, session, this.#isWatched);
  }

  /** @throws {@link PipelineFailedError} or {@link PipelineParamsError} with what was undone; the reason of the run's signal when it was aborted. */
  async run(): Promise<unknown> {
    const { plan, extras, host } = this.#around;
    if (host.abortError) this.aborted(host.abortError);
    host.pipelineListener = this;
    try {
      await this.#all(plan.roots);
    } finally {
      host.pipelineListener = undefined;
    }
    if (this.#isEnding) throw host.durable?.lostError ?? host.stuckError ?? (await this.#goBack());
    extras.onAction?.(plan.nodes.length, plan.nodes.length, 'complete');
    return this.#params.last;
  }

  aborted(error: SynapseError): void {
    this.#abortError = error;
    // Whoever has the pipeline's run now waits for its children, or goes on with them.
    if (!(error instanceof LeaseLostError)) this.#cancelActive(reasonOf(error));
  }

  /** Whether nothing more begins. */
  get #isEnding(): boolean {
    return this.#goesBack || this.#around.host.stuckError !== undefined;
  }

  get #goesBack(): boolean {
    return this.#failure !== undefined || this.#abortError !== undefined;
  }

  async #all(indices: readonly number[]): Promise<void> {
    const [only] = indices;
    if (indices.length === 1 && only !== undefined) await this.#chain(only);
    else await Promise.all(indices.map((index) => this.#chain(index)));
  }

  /** Runs a node and what comes after it: one after the other, as long as only one can go on. */
  async #chain(first: number): Promise<void> {
    for (let index: number | undefined = first; index !== undefined;) {
      const planned: PlannedNode | undefined = this.#begin(index);
      if (!planned) return;
      if (!this.#takeOver(index, planned)) {
        const params = this.#params.of(index);
        let startedAt = 0;
        let child: ChildRun | undefined;
        let outcome: RunOutcome;
        try {
          const begun = this.#childOf(index, planned, params);
          child = begun instanceof Promise ? await begun : begun;
          startedAt = child.startedAt ?? this.#around.host.clock.now();
          this.#started(index, planned, child, startedAt);
          outcome = await child.outcome();
        } catch (thrown) {
          if (this.#isObstructed(index, planned, thrown)) return;
          outcome = { status: 'failed', error: asSynapseError(thrown) }; // it could not be started
        }
        if (!this.#ended({ index, planned, params, startedAt, child }, outcome)) return;
      }
      const ready: readonly number[] = this.#readyAfter(planned);
      if (ready.length > 1) return this.#all(ready);
      index = ready[0];
    }
  }

  /** The node that comes next; undefined when no more are to be started. */
  #begin(index: number): PlannedNode | undefined {
    if (this.#isEnding) return undefined;
    this.#lastIndex = index;
    const { extras, plan } = this.#around;
    const planned = plan.nodes[index];
    if (planned) extras.onAction?.(this.#begun++, plan.nodes.length, planned.node.name);
    return planned;
  }

  /** What waits for nothing any more, now that this node is done. */
  #readyAfter({ next }: PlannedNode): readonly number[] {
    const [only] = next;
    if (next.length === 1 && only !== undefined && this.#isReady(only)) return next;
    return next.length > 1 ? next.filter((index) => this.#isReady(index)) : [];
  }

  #isReady(index: number): boolean {
    const left = (this.#waitsFor[index] ?? 0) - 1;
    this.#waitsFor[index] = left;
    return left === 0;
  }

  #started(index: number, planned: PlannedNode, child: ChildRun, startedAt: number): void {
    this.#active[index] = child;
    this.#reports.event('step.started', planned, { step: planned.node.name, attempt: 1, run_id: child.id }, startedAt);
    if (this.#goesBack) void child.cancel('the pipeline ends');
  }

  /** Whether the node is done, so that others can go on. */
  #ended(node: RunningNode, outcome: RunOutcome): boolean {
    const { index, planned, startedAt, child } = node;
    this.#active[index] = undefined;
    if (this.#isGivenUp(child, outcome)) return false;
    const run_id = child?.id;
    const now = child?.endedAt ?? this.#around.host.clock.now();
    // By the clock of the record of the node's run, which may have been put back meanwhile.
    const elapsed = startedAt === 0 ? 0 : Math.max(0, now - startedAt) / 1000;
    const step = planned.node.name;
    const { compensate: compensator, steps } = planned.definition;
    if (compensator || steps) this.#mayBeUndone(node, outcome);
    if (outcome.status === 'completed') {
      const { result } = outcome;
      this.#params.add(index, result);
      this.#reports.event('step.completed', planned, { step, attempt: 1, run_id, elapsed }, now);
      this.#reports.done(planned, now);
      return true;
    }
    this.#reports.flush(now);
    this.#reports.event('step.failed', planned, {
      step,
      attempt: 1,
      run_id,
      elapsed,
      error: plainMessageOf(outcome.error),
    });
    this.#fail({ index, error: outcome.error });
    return false;
  }

  /**
   * Gives the pipeline's run up where a node's run is not this process's any more: that is no failure, somebody goes on with it. Whoever has
   * the pipeline's run then waits for it; an undo now would come before what it still does.
   */
  #isGivenUp(child: ChildRun | undefined, outcome: RunOutcome): boolean {
    if (!child || outcome.status === 'completed' || !isLossOf(child.id, outcome.error)) return false;
    this.#around.host.durable?.leave(`run ${child.id} of one of its actions is not this process's any more`);
    return true;
  }

  /**
   * Whether a node cannot be begun or gone on with here, without having failed. Then nothing more begins; what runs beside it goes on to its
   * end, and the pipeline's run is left for others. A failure beside it is found again by whoever goes on.
   */
  #isObstructed(index: number, { node: { name } }: PlannedNode, thrown: unknown): boolean {
    const { host } = this.#around;
    const obstacle = obstacleOf(this.#around, { name, childId: this.#stand?.children.get(name)?.id, thrown });
    if (!obstacle) return false;
    this.#active[index] = undefined;
    host.stuckError ??= obstacle;
    host.logger.notice(`Nothing more begins: ${obstacle.message}`);
    return true;
  }

  #mayBeUndone({ index, params, child }: RunningNode, outcome: RunOutcome): void {
    if (!child) return;
    const { id: runId, keptSteps: kept } = child;
    const known = { index, runId, params, secretsFrom: params, kept };
    if (outcome.status === 'completed') this.#undoable.push({ ...known, result: outcome.result });
    else this.#undoable.push({ ...known, result: undefined, hasFailed: true });
  }

  /** Takes over what another run or process has completed of the node. */
  #takeOver(index: number, planned: PlannedNode): boolean {
    if (!this.#stand) return false;
    const { adopted, ended, children } = this.#stand;
    const { name } = planned.node;
    const own = ended.find((node) => node.index === index && !node.hasFailed);
    if (!own && !adopted.has(name)) return false;
    if (own) this.#undoable.push(own);
    this.#params.add(index, own ? own.result : adopted.get(name));
    this.#reports.event('step.skipped', planned, { step: name, run_id: children.get(name)?.id });
    this.#reports.done(planned, this.#around.host.clock.now());
    return true;
  }

  #childOf(index: number, { node, definition }: PlannedNode, params: object): MaybePromise<ChildRun> {
    const { runner, ctx, extras, use } = this.#around;
    const known = this.#stand?.children.get(node.name);
    if (known) return resumedChild(this.#around, { index, params, run: known });
    return runner.begin({
      action: definition.name,
      plugin: definition.plugin,
      definition,
      params,
      env: extras.env,
      jobId: ctx.jobId,
      parentId: ctx.runId,
      pipelineUse: use,
      listener: this.#isWatched ? this.#progressListener(index, node.name) : undefined,
      idempotencyKey: this.#keyPrefix + node.name,
    });
  }

  /** Hands the progress of a node's run on; what comes after the node has ended says nothing new. */
  #progressListener(index: number, name: string): RunListener {
    const { ctx } = this.#around;
    return ({ type, data }) => {
      if (type === 'progress' && this.#active[index]) ctx.setProgress(Number(data['overall']), 100, name);
    };
  }

  /** The first failure is the pipeline's; what runs beside it is told to end, and undoes what it has done itself. */
  #fail(failure: Failure): void {
    if (this.#isEnding) return;
    this.#failure = failure;
    const name = this.#around.plan.nodes[failure.index]?.node.name ?? '';
    this.#cancelActive(`action '${name}' of the pipeline failed`);
  }

  #cancelActive(reason: string): void {
    for (const child of this.#active) void child?.cancel(reason);
  }

  async #goBack(): Promise<unknown> {
    const { plan } = this.#around;
    const index = this.#failure?.index ?? this.#lastIndex;
    const step = plan.nodes[index]?.node.name ?? '';
    const error = this.#failure ? plainMessageOf(this.#failure.error) : null;
    const undone = await compensate(this.#around, this.#undoable, { step, error }, this.#session ?? {});
    return this.#failure ? failureOf(step, this.#failure.error, undone) : this.#abortError;
  }
}
