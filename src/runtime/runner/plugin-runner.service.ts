import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import { activeContext } from '../../authoring/context/run-scope.js';
import { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import { safeJson } from '../../authoring/reporting/safe-json.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { RunCancelledError, ShuttingDownError, UsageError } from '../../foundation/errors/run.errors.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';
import type { ActionRegistry } from '../discovery/action-registry.js';
import { type RunClock, systemRunClock } from '../durability/run-clock.js';
import type { ExecutorChoice, ExecutorRegistry } from '../executors/executor-registry.js';
import type { ActiveRun } from '../invocation/active-run.js';
import { currentOwner, type RunOwner } from '../run-store/run-owner.js';
import type { RunRecord } from '../run-store/run-record.js';
import type { MaybePromise, PruneReport, PruneRequest, RunStore } from '../run-store/run-store.interface.js';
import type { ForkRequest, RecoveryRequest, ResumeRequest } from './recovery-request.js';
import { RunDriver } from './run-driver.js';
import { RunFactory } from './run-factory.js';
import { RunHandle } from './run-handle.js';
import { RunRecovery } from './run-recovery.js';
import type { RunRequest } from './run-request.js';
import { RunTakeover, type TakeoverOptions } from './run-takeover.js';
import { defaultWorkRoot, pruneWithFolders } from './work-folders.js';

/** What a {@link PluginRunner} works with. */
export interface PluginRunnerInit {
  readonly registry: ActionRegistry;
  readonly executors: ExecutorRegistry;
  readonly store: RunStore;
  readonly ports?: PlatformPorts;
  /** Training frameworks that actions can autolog. @defaultValue those of the package */
  readonly integrations?: IntegrationRegistry;
  /** @defaultValue the process's environment, read once */
  readonly env?: PluginEnvironment;
  /** Hears every event of every run once it is stored. */
  readonly listeners?: readonly RunListener[];
  /** Folder in which runs get their working folders. @defaultValue `synapse-<user id>/work` in the system's folder for temporary files */
  readonly workRoot?: string;
  /** Times, timers, leases and retries of the runs. @defaultValue the machine's */
  readonly clock?: RunClock;
  /** Who owns the runs. @defaultValue this process */
  readonly owner?: RunOwner;
}

/** Turns a request into a run: the one entry for the CLI, HTTP, MCP and hosts. */
export class PluginRunner {
  readonly #registry: ActionRegistry;
  readonly #executors: ExecutorRegistry;
  readonly #store: RunStore;
  readonly #factory: RunFactory;
  readonly #driver: RunDriver;
  readonly #recovery: RunRecovery;
  readonly #takeovers: RunTakeover[] = [];
  readonly #clock: RunClock;
  readonly #workRoot: string;
  #isStopping = false;

  constructor(init: PluginRunnerInit) {
    const { registry, executors, store, listeners = [], clock = systemRunClock, owner = currentOwner() } = init;
    this.#registry = registry;
    this.#executors = executors;
    this.#store = store;
    this.#clock = clock;
    this.#workRoot = init.workRoot ?? defaultWorkRoot();
    this.#factory = new RunFactory({
      store,
      clock,
      owner,
      env: init.env ?? PluginEnvironment.fromEnviron(),
      ports: init.ports ?? {},
      integrations: init.integrations ?? new IntegrationRegistry(),
      workRoot: this.#workRoot,
    });
    this.#driver = new RunDriver({ store, clock, listeners });
    const parts = { factory: this.#factory, driver: this.#driver };
    this.#recovery = new RunRecovery({ store, registry, executors, owner, clock, ...parts });
  }

  /**
   * Starts a run and resolves as soon as it exists. Bad params are an outcome of the run, not of this call.
   *
   * @throws ActionNotFoundError, PluginNotFoundError or UsageError when the request names no action; UsageError or
   * NotConfiguredError for its mode; ShuttingDownError after {@link PluginRunner.stopAccepting}.
   */
  run<R = unknown>(request: RunRequest): Promise<RunHandle<R>> {
    try {
      return Promise.resolve(this.begin<R>(request));
    } catch (thrown) {
      return Promise.reject(thrown as Error);
    }
  }

  /**
   * {@link PluginRunner.run} for who starts many: answers at once where the store does, and throws what that rejects with.
   *
   * @internal
   */
  begin<R = unknown>(request: RunRequest): MaybePromise<RunHandle<R>> {
    if (this.#isStopping && request.parentId === undefined) this.#refuseWhenStopping(request.action);
    if (typeof request?.action !== 'string') throw noActionNamed(request);
    const definition = request.definition ?? this.#registry.resolve(request.action, request.plugin);
    const choice = this.#executors.choose(definition, request.mode);
    const run = this.#factory.create(request, definition, choice.executor, request.origin);
    const created = this.#store.create(run.record, request.origin?.entries);
    if (!created) return this.#begin<R>(request, run, choice);
    return created.then(() => run.durable?.assureLease()).then(() => this.#begin<R>(request, run, choice));
  }

  /** Runs that have not ended. */
  get activeRuns(): number {
    return this.#driver.active.size;
  }

  /** Refuses new runs from now on, but for those that an active run starts: it may need them to end well. */
  stopAccepting(): void {
    this.#isStopping = true;
    for (const takeover of this.#takeovers) takeover.stop();
  }

  /**
   * Goes on with runs of the store whose processes are gone, from now on until {@link PluginRunner.stopAccepting}. Nothing to do in a store
   * that does not outlive this process.
   */
  takeOver(options: TakeoverOptions = {}): void {
    if (!this.#store.isDurable) return;
    const takeover = new RunTakeover({ store: this.#store, recovery: this.#recovery, clock: this.#clock, ...options });
    this.#takeovers.push(takeover);
    takeover.start();
  }

  /** Resolves when no run is active any more. */
  async settled(): Promise<void> {
    while (this.#driver.active.size > 0) await Promise.all(this.#driver.active.outcomes);
  }

  /** Tells every active run to end, and resolves when they have. */
  async cancelAll(reason: string): Promise<void> {
    while (this.#driver.active.size > 0) {
      for (const run of this.#driver.active.runs) run.abort(new RunCancelledError(run.action, reason));
      await Promise.all(this.#driver.active.outcomes);
    }
  }

  /**
   * Stops executing every active run that another process can go on with, and hands it over; resolves when that is done. Others go on.
   *
   * @param reason - Said to the actions by `ctx.signal.reason`.
   */
  async leaveAll(reason: string): Promise<void> {
    const left = this.#driver.active.runs.flatMap((run) => (run.durable ? [{ run, durable: run.durable }] : []));
    for (const { durable } of left) durable.leave(reason);
    await Promise.all(left.map(({ run }) => this.#driver.active.outcomeOf(run)));
    await Promise.all(left.map(({ durable }) => durable.release()));
  }

  /** Resolves when the listeners have heard all of the runs that have ended. Waits for as long as a listener takes. */
  heard(): Promise<void> {
    return this.#driver.heard();
  }

  /**
   * Goes on with a run whose process is gone, at the step in doubt; an action without steps starts again. It is the same run, with the
   * next attempt and the same idempotency keys.
   *
   * @throws RunNotFoundError; RunEndedError for one that is over; RunOwnedError while its owner is alive, or may be; ActionNotFoundError or
   * PluginNotFoundError for a run of an action that is not here; SecretMissingError for secrets that have to be given again.
   */
  async resume<R = unknown>(id: string, request: ResumeRequest = {}): Promise<RunHandle<R>> {
    this.#refuseWhenStopping(id);
    return this.#recovery.resume<R>(id, request);
  }

  /**
   * Undoes the steps of a run, newest first: of one that was interrupted, which is cancelled by it; of one that is over, which keeps its
   * state; and what an earlier undo could not undo.
   *
   * @returns A handle on the undo: its result is how the undo of each step went. It fails with UndoFailedError, and can be repeated.
   * @throws as {@link PluginRunner.resume}; RunEndedError when nothing is left to be undone.
   */
  async undo(id: string, request: RecoveryRequest = {}): Promise<RunHandle<readonly StepUndoReport[]>> {
    this.#refuseWhenStopping(id);
    return this.#recovery.undo(id, request);
  }

  /**
   * Starts a new run that goes on from a finished step of another one. What the steps before it did stays the other run's: the new one never
   * undoes it.
   *
   * @throws RunNotFoundError; UsageError for a step that has not finished or was undone; SecretMissingError.
   */
  async fork<R = unknown>(id: string, request: ForkRequest = {}): Promise<RunHandle<R>> {
    this.#refuseWhenStopping(id);
    return this.#recovery.fork<R>(id, request);
  }

  /**
   * Tells a run to end, whoever executes it. One of this process has ended when this resolves, and so has one whose process is gone: its
   * steps are undone here. Another process finds the request with the next renewal of its lease.
   *
   * @returns The run as the store has it then; one that was over is left as it is.
   * @throws what keeps a run that nobody executes from being undone here. It stays told to end: whoever goes on with it undoes it.
   */
  async cancel(id: string, reason: string, request: RecoveryRequest = {}): Promise<RunRecord> {
    const own = this.#driver.active.runs.find(({ runId }) => runId === id);
    if (!own) return this.#recovery.cancel(id, reason, request);
    own.abort(new RunCancelledError(own.action, reason));
    await this.#driver.active.outcomeOf(own);
    // Given back, it goes on with whoever takes it up, who has to know of this.
    return own.isGivenBack ? this.#recovery.cancel(id, reason, request) : this.#recovery.get(id);
  }

  /**
   * Removes finished runs from the store, and what they have left in their working folders on this machine.
   *
   * @throws what {@link RunStore.prune} throws.
   */
  prune(request: PruneRequest = {}): Promise<PruneReport> {
    return pruneWithFolders(this.#store, this.#workRoot, request);
  }

  #begin<R>(request: RunRequest, run: ActiveRun, choice: ExecutorChoice): RunHandle<R> {
    if (request.listener) run.stream.subscribe(request.listener);
    return new RunHandle<R>(run, this.#store, this.#driver.start(run, choice, request.signal));
  }

  #refuseWhenStopping(what: string): void {
    if (this.#isStopping && !activeContext()) throw new ShuttingDownError(what);
  }
}

/** Requests come from HTTP bodies as well, where the types of TypeScript do not reach. */
function noActionNamed(request: unknown): UsageError {
  const found = typeof request === 'object' && request !== null ? (request as { action?: unknown }).action : request;
  return new UsageError(
    `A run needs the name of an action as text, got ${found === undefined ? 'none' : safeJson(found)}.`,
  );
}
