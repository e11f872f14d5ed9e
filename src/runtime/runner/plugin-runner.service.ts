import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import { activeContext } from '../../authoring/context/run-scope.js';
import { type Clock, systemClock } from '../../authoring/reporting/clock.js';
import { EventFlusher } from '../../authoring/reporting/event-flusher.js';
import { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import type { TerminalEventType } from '../../authoring/reporting/run-event.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import { safeJson } from '../../authoring/reporting/safe-json.js';
import { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { errorToJson } from '../../foundation/errors/error-json.js';
import {
  ResultNotSerializableError,
  RunCancelledError,
  ShuttingDownError,
  UsageError,
} from '../../foundation/errors/run.errors.js';
import { asSynapseError } from '../../foundation/errors/plugin.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { ActionRegistry } from '../discovery/action-registry.js';
import type { Executor } from '../executors/executor.interface.js';
import type { ExecutorChoice, ExecutorRegistry } from '../executors/executor-registry.js';
import { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { currentOwner } from '../run-store/run-owner.js';
import type { RunChange, RunRecord } from '../run-store/run-record.js';
import type { MaybePromise, RunStore } from '../run-store/run-store.interface.js';
import { ActiveRuns } from './active-runs.js';
import { DefinitionFactsCache } from './definition-facts.js';
import { EnvironmentComposer, environmentOfRun } from './environment-composer.js';
import { RunHandle } from './run-handle.js';
import { RunIdFactory } from './run-id.js';
import type { RunRequest } from './run-request.js';
import { RedactedEventStream, redactedOutcome } from './redacted-run.js';
import { maskSecrets, redactorFor } from './secret-params.js';
import type { SecretRedactor } from '../invocation/secret-redactor.js';

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
  /** @defaultValue the machine's */
  readonly clock?: Clock;
}

/** Turns a request into a run: the one entry for the CLI, HTTP, MCP and hosts. */
export class PluginRunner {
  readonly #registry: ActionRegistry;
  readonly #executors: ExecutorRegistry;
  readonly #store: RunStore;
  readonly #ports: PlatformPorts;
  readonly #listeners: readonly RunListener[];
  readonly #workRoot: string;
  readonly #integrations: IntegrationRegistry;
  readonly #facts: DefinitionFactsCache;
  readonly #clock: Clock;
  readonly #flusher: EventFlusher;
  readonly #ids = new RunIdFactory();
  readonly #owner = currentOwner();
  readonly #active = new ActiveRuns();
  /** Streams of ended runs that listeners are still busy with. */
  readonly #unheard = new Set<RunEventStream>();
  #isStopping = false;

  constructor(init: PluginRunnerInit) {
    this.#registry = init.registry;
    this.#executors = init.executors;
    this.#store = init.store;
    this.#ports = init.ports ?? {};
    this.#listeners = init.listeners ?? [];
    this.#workRoot = init.workRoot ?? defaultWorkRoot();
    this.#integrations = init.integrations ?? new IntegrationRegistry();
    this.#facts = new DefinitionFactsCache(new EnvironmentComposer(init.env ?? PluginEnvironment.fromEnviron()));
    this.#clock = init.clock ?? systemClock;
    this.#flusher = new EventFlusher({ clock: this.#clock });
  }

  /**
   * Starts a run and resolves as soon as it exists. Bad params are an outcome of the run, not of this call.
   *
   * @throws ActionNotFoundError, PluginNotFoundError or UsageError when the request names no action; UsageError or
   * NotConfiguredError for its mode; ShuttingDownError after {@link PluginRunner.stopAccepting}.
   */
  run<R = unknown>(request: RunRequest): Promise<RunHandle<R>> {
    try {
      return Promise.resolve(this.#start<R>(request));
    } catch (thrown) {
      return Promise.reject(thrown as Error);
    }
  }

  /** Runs that have not ended. */
  get activeRuns(): number {
    return this.#active.size;
  }

  /** Refuses new runs from now on, but for those that an active run starts: it may need them to end well. */
  stopAccepting(): void {
    this.#isStopping = true;
  }

  /** Resolves when no run is active any more. */
  async settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active.outcomes);
  }

  /** Tells every active run to end, and resolves when they have. */
  async cancelAll(reason: string): Promise<void> {
    while (this.#active.size > 0) {
      for (const run of this.#active.runs) run.abort(new RunCancelledError(run.action, reason));
      await Promise.all(this.#active.outcomes);
    }
  }

  /** Resolves when the listeners have heard all of the runs that have ended. Waits for as long as a listener takes. */
  async heard(): Promise<void> {
    await Promise.all([...this.#unheard].map((stream) => stream.drained()));
  }

  #start<R>(request: RunRequest): MaybePromise<RunHandle<R>> {
    if (this.#isStopping && !activeContext()) throw new ShuttingDownError(request.action);
    if (typeof request?.action !== 'string') throw noActionNamed(request);
    const definition = this.#registry.resolve(request.action, request.plugin);
    const choice = this.#executors.choose(definition, request.mode);
    const run = this.#createRun(request, definition, choice.executor);
    const created = this.#store.create(run.record);
    return created ? created.then(() => this.#begin<R>(request, run, choice)) : this.#begin<R>(request, run, choice);
  }

  #begin<R>(request: RunRequest, run: ActiveRun, choice: ExecutorChoice): RunHandle<R> {
    const release = request.signal && observe(request.signal, run);
    const outcome = this.#drive(run, choice);
    if (release) void outcome.then(release);
    this.#active.add(run, outcome);
    return new RunHandle<R>(run, this.#store, outcome);
  }

  #createRun(request: RunRequest, definition: ActionDefinition, executor: Executor): ActiveRun {
    const params = request.params === undefined ? {} : request.params;
    const { secretPaths, env } = this.#facts.of(definition);
    const now = this.#clock.now();
    const id = this.#ids.create(now);
    const record: RunRecord = {
      id,
      plugin: definition.plugin,
      action: definition.name,
      mode: executor.mode,
      status: 'running',
      attempt: 1,
      params: secretPaths.length > 0 ? maskSecrets(secretPaths, params) : params,
      idempotency_key: request.idempotencyKey ?? id,
      job_id: request.jobId,
      parent_id: request.parentId,
      plugin_path: definition.source?.path,
      plugin_hash: definition.source?.contentHash,
      created_at: now,
      started_at: now,
      owner: this.#owner,
    };
    const redactor = secretPaths.length > 0 ? redactorFor(secretPaths, params) : undefined;
    const streamOptions = { runId: id, attempt: 1, sink: this.#store, flusher: this.#flusher };
    const stream = redactor ? new RedactedEventStream(streamOptions, redactor) : new RunEventStream(streamOptions);
    return new ActiveRun({
      record,
      definition,
      params,
      stream,
      env: request.env ? environmentOfRun(env, request.env) : env,
      ports: this.#ports,
      integrations: this.#integrations,
      checkpoint: request.checkpoint,
      redactor,
      workRoot: this.#workRoot,
    });
  }

  #drive(run: ActiveRun, { executor, notice }: ExecutorChoice): Promise<RunOutcome> {
    const { stream, record } = run;
    if (this.#listeners.length > 0) for (const listener of this.#listeners) stream.subscribe(listener);
    const { plugin, action, mode, started_at } = record;
    stream.emit('run.started', { plugin, action, mode }, started_at);
    if (notice !== undefined) run.logger.notice(notice);
    return startOf(executor, run).then(
      (outcome) => this.#conclude(run, outcome),
      // An executor that rejects does not keep its contract; the run must end all the same.
      (thrown: unknown) => this.#conclude(run, { status: 'failed', error: asSynapseError(thrown) }),
    );
  }

  /** Writes down how the run ended. What could not be written is a failure: the work is done, but a caller must not rely on it. */
  #conclude(run: ActiveRun, raw: RunOutcome): MaybePromise<RunOutcome> {
    const outcome = run.redactor ? redactedOutcome(raw, run.redactor) : raw;
    try {
      const stored = this.#writeEnd(run, outcome);
      if (!stored) return this.#forget(run, outcome);
      return stored.then(
        () => this.#forget(run, outcome),
        (thrown: unknown) => this.#forget(run, { status: 'failed', error: asSynapseError(thrown) }),
      );
    } catch (thrown) {
      const failed: RunOutcome = { status: 'failed', error: asSynapseError(thrown) };
      // The store is well, but cannot keep this result: the run must not stay open in it.
      if (thrown instanceof ResultNotSerializableError) return this.#conclude(run, failed);
      return this.#forget(run, failed);
    }
  }

  #forget(run: ActiveRun, outcome: RunOutcome): RunOutcome {
    this.#active.remove(run);
    if (this.#listeners.length > 0) this.#awaitListeners(run.stream);
    return outcome;
  }

  #awaitListeners(stream: RunEventStream): void {
    this.#unheard.add(stream);
    void stream.drained().then(() => this.#unheard.delete(stream));
  }

  /**
   * Writes the final state and the terminal event; whoever waits for the outcome finds both stored. Answers at once where the store
   * does: a run in memory then takes no further turns of the event loop.
   */
  #writeEnd(run: ActiveRun, outcome: RunOutcome): MaybePromise<void> {
    run.close(outcome.status);
    const now = this.#clock.now();
    const change = finalChange(outcome, run.redactor, now);
    const updated = this.#store.update(run.runId, change);
    const data = change.error ? { error: change.error } : {};
    if (typeof updated === 'boolean') return run.stream.close(terminalEventOf(outcome), data, now);
    return updated.then(() => run.stream.close(terminalEventOf(outcome), data, now));
  }
}

/** A folder of the user's own: on a shared machine, the first user's would be closed to the others. */
function defaultWorkRoot(): string {
  return join(tmpdir(), `synapse-${process.getuid?.() ?? 'user'}`, 'work');
}

/** Requests come from HTTP bodies as well, where the types of TypeScript do not reach. */
function noActionNamed(request: unknown): UsageError {
  const found = typeof request === 'object' && request !== null ? (request as { action?: unknown }).action : request;
  return new UsageError(
    `A run needs the name of an action as text, got ${found === undefined ? 'none' : safeJson(found)}.`,
  );
}

function finalChange(outcome: RunOutcome, redactor: SecretRedactor | undefined, ended_at: number): RunChange {
  const { status } = outcome;
  if (status === 'completed') {
    return { status, ended_at, result: redactor ? redactor.value(outcome.result) : outcome.result };
  }
  return { status, ended_at, error: errorToJson(outcome.error, { withStack: true }) };
}

/** A throw of an executor comes in a later turn, as every other end. */
function startOf(executor: Executor, run: ActiveRun): Promise<RunOutcome> {
  try {
    return executor.execute(run);
  } catch (thrown) {
    return Promise.reject(thrown as Error);
  }
}

function terminalEventOf({ status }: RunOutcome): TerminalEventType {
  if (status === 'completed') return 'run.completed';
  return status === 'failed' ? 'run.failed' : 'run.cancelled';
}

/** Cancels the run when the caller's signal aborts; lets go of the signal when the run is over. */
function observe(signal: AbortSignal, run: ActiveRun): () => void {
  const cancel = (): void => {
    const reason: unknown = signal.reason;
    const isPlainAbort = reason instanceof DOMException && reason.name === 'AbortError';
    run.abort(
      new RunCancelledError(run.action, isPlainAbort ? 'the signal of the caller was aborted' : messageOf(reason)),
    );
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}
