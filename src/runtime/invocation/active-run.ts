import { getEventListeners } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointReference, type RunBinding, RuntimeContext } from '../../authoring/context/runtime-context.js';
import { AutologContext } from '../../authoring/integrations/autolog-context.js';
import type { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import { PipelineContext } from '../../authoring/context/pipeline-context.js';
import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import type { RunNotes } from '../../authoring/context/run-notes.interface.js';
import type { Abortable, AbortSource } from '../../authoring/steps/cancellation.js';
import type { OrchestratorHooks } from '../../authoring/steps/orchestrator-hooks.js';
import type { RegisteredStep } from '../../authoring/steps/registered-step.js';
import type { StepHost, StepSession } from '../../authoring/steps/step-host.interface.js';
import type { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import { RunLogger } from '../../authoring/reporting/run-logger.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { LeaseLostError } from '../../foundation/errors/durability.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { DurableRun } from '../durability/durable-run.js';
import { type RunClock, systemRunClock } from '../durability/run-clock.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import { KeptSteps } from './kept-steps.js';
import type { SecretRedactor } from './secret-redactor.js';
import type { RunRecord } from '../run-store/run-record.js';

/** How a run can end. */
type EndStatus = 'completed' | 'failed' | 'cancelled';

/** Hears that a run was told to end. */
export interface AbortListener {
  aborted(error: SynapseError): void;
}

/** How far the invoker has come with a run: what is thrown means something else before, in and after the action's own code. */
export type RunPhase = 'validating' | 'executing' | 'checking';

/** What the runs of a pipeline's actions have made use of. */
export interface PipelineUse {
  /** Whether one of them has asked for the folders that they share. */
  hasFolder: boolean;
}

/** What a run is made of. */
export interface ActiveRunInit {
  readonly record: RunRecord;
  readonly definition: ActionDefinition;
  /** The caller's params, secrets included; the record holds them without. */
  readonly params: unknown;
  readonly stream: RunEventStream;
  readonly env: PluginEnvironment;
  readonly ports: PlatformPorts;
  readonly integrations: IntegrationRegistry;
  readonly checkpoint?: CheckpointReference;
  /** Keeps the run's secrets out of what is stored and shown; absent when it has none. */
  readonly redactor?: SecretRedactor;
  /** Folder that the run's own working folder is made in. */
  readonly workRoot: string;
  /** Told what the run uses of the pipeline that it is part of. */
  readonly pipelineUse?: PipelineUse;
  /** Its time limits, retries and pauses. @defaultValue the machine's */
  readonly clock?: RunClock;
}

/**
 * A run between its start and its end: the state that the context, the executor and the handle share.
 *
 * Signal, logger and working folder are made when somebody asks; most runs are over before anybody does.
 */
export class ActiveRun implements RunBinding, StepHost, AbortSource {
  readonly definition: ActionDefinition;
  /** Its place among the runs of its runner; -1 when it is not there. Only the runner writes it. */
  activeIndex = -1;
  readonly record: RunRecord;
  readonly input: unknown;
  readonly stream: RunEventStream;
  readonly env: PluginEnvironment;
  readonly ports: PlatformPorts;
  readonly checkpoint?: CheckpointReference;
  readonly redactor?: SecretRedactor;
  readonly clock: RunClock;
  /** The invoker sets it. */
  phase: RunPhase = 'validating';
  /** The validated params; the invoker sets them. */
  params: unknown;
  /** Where the run is a pipeline's: what its actions are told by. A signal would cost more than all else between two of them. */
  pipelineListener: AbortListener | undefined;
  /** How long a step may go on after the run was told to end, in milliseconds; the executor sets it. */
  abortGraceMs: number | undefined;
  /** Present where the run outlives its process; the runner sets it. */
  durable: DurableRun | undefined;
  /** Set where the steps of the run are to be undone, not executed: why. The runner sets it. */
  undoReason: SynapseError | undefined;
  /** What its steps have done, where a pipeline in memory may want them undone. */
  keptSteps: KeptSteps | undefined;
  /** Set where an attempt could not begin, or not go on, and the run was left to others. */
  isGivenBack = false;
  /** Set where a pipeline's run cannot go on here: why. Whatever else it was told, it is left as it is, for others. */
  stuckError: SynapseError | undefined;
  /** In milliseconds since the epoch, once it has. */
  endedAt: number | undefined;
  #isInSteps = false;
  readonly #workRoot: string;
  readonly #pipelineUse: PipelineUse | undefined;
  readonly #integrations: IntegrationRegistry;
  #autolog: AutologContext | undefined;
  #controller: AbortController | undefined;
  #abortError: SynapseError | undefined;
  #abortListener: AbortListener | undefined;
  /** Its steps under way, until they are told to end. Not told by the signal: to make one costs more than to run a step, and most never ask for it. */
  #steps: Abortable | undefined;
  #logger: RunLogger | undefined;
  #endStatus: EndStatus | undefined;

  constructor(init: ActiveRunInit) {
    this.record = init.record;
    this.definition = init.definition;
    this.input = init.params;
    this.stream = init.stream;
    this.env = init.env;
    this.ports = init.ports;
    this.checkpoint = init.checkpoint;
    this.redactor = init.redactor;
    this.clock = init.clock ?? systemRunClock;
    this.#workRoot = init.workRoot;
    this.#pipelineUse = init.pipelineUse;
    this.#integrations = init.integrations;
  }

  get runId(): string {
    return this.record.id;
  }
  get jobId(): string | undefined {
    return this.record.job_id;
  }
  get plugin(): string {
    return this.record.plugin;
  }
  get action(): string {
    return this.record.action;
  }
  get attempt(): number {
    return this.record.attempt;
  }
  get idempotencyKey(): string {
    return this.record.idempotency_key;
  }
  get notes(): RunNotes | undefined {
    return this.durable?.notes;
  }
  get logger(): RunLogger {
    if (!this.#logger) {
      this.#logger = new RunLogger(this.stream);
      if (this.#endStatus) this.#logger.close(this.#endStatus);
    }
    return this.#logger;
  }
  get autolog(): AutologContext {
    return (this.#autolog ??= new AutologContext(this.#integrations, new RuntimeContext(this)));
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abortError) this.#controller.abort(this.#abortError);
    }
    return this.#controller.signal;
  }

  get workDir(): string {
    const directory = join(this.#workRoot, this.runId);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  }

  get pipeline(): PipelineContext | undefined {
    const { id, parent_id } = this.record;
    const runId = this.definition.isPipeline ? id : parent_id;
    if (runId === undefined) return undefined;
    if (this.#pipelineUse) this.#pipelineUse.hasFolder = true;
    return new PipelineContext({ pipelineId: 'pipelines', runId, basePath: this.#workRoot });
  }

  /** Ends all reporting: what the action has left running finds a finished logger, also when it is the first to ask for one. */
  close(status: EndStatus): void {
    this.#autolog?.close();
    this.#logger?.close(status);
    this.#endStatus = status;
  }

  /** Whether steps execute or are undone. Then the run ends when they do, and not before: what is done must be undone first. */
  get isInSteps(): boolean {
    return this.#isInSteps;
  }

  beginSteps(steps: readonly RegisteredStep[]): StepSession {
    this.#isInSteps = true;
    const hooks = hooksOf(this, steps);
    const { durable } = this;
    if (durable) {
      return { hooks: { ...hooks, clock: durable.stepClock, journal: durable.journal }, from: durable.before?.state };
    }
    if (this.record.parent_id === undefined) return { hooks };
    this.keptSteps = new KeptSteps(this);
    return { hooks: { ...hooks, journal: this.keptSteps } };
  }

  endSteps(): void {
    this.#isInSteps = false;
  }

  /** Why the run was told to end, if it was. The first reason stands. */
  get abortError(): SynapseError | undefined {
    return this.#abortError;
  }

  get isAborted(): boolean {
    return this.#abortError !== undefined;
  }

  get abortReason(): SynapseError | undefined {
    return this.#abortError;
  }

  listen(steps: Abortable): void {
    this.#steps = steps;
  }

  unlisten(steps: Abortable): void {
    if (this.#steps === steps) this.#steps = undefined;
  }

  /** Whether something in the action waits for the run to be told to end, and has not been told. */
  get isAbortAwaited(): boolean {
    if (this.#steps) return true;
    return this.#controller !== undefined && getEventListeners(this.#controller.signal, 'abort').length > 0;
  }

  /**
   * Tells the work to end: aborts the signal and calls whoever drives the run. Returns false when it had been told, or is over. An undo is
   * not told to end: that is why it runs.
   */
  abort(error: SynapseError): boolean {
    if (this.#abortError || this.#endStatus) return false;
    if (this.undoReason && !(error instanceof LeaseLostError)) return false;
    this.#abortError = error;
    this.#controller?.abort(error);
    const steps = this.#steps;
    this.#steps = undefined; // told once: what undoes them does not wait to be told
    steps?.abort(error);
    this.#abortListener?.aborted(error);
    this.pipelineListener?.aborted(error);
    return true;
  }

  /** Tells `listener` when the run is told to end, or at once if it has been. One listener: the run's executor. */
  onAbort(listener: AbortListener): void {
    this.#abortListener = listener;
    if (this.#abortError) listener.aborted(this.#abortError);
  }
}

/** Has the run's events and progress tell what its steps do. */
function hooksOf(run: ActiveRun, steps: readonly RegisteredStep[]): OrchestratorHooks {
  const { stream, logger, abortGraceMs, clock } = run;
  logger.expectSteps(steps.reduce((sum, { weight }) => sum + weight, 0));
  return {
    abort: run,
    abortGraceMs,
    clock,
    onProgress: (percent, total) => logger.setProgress(percent, total),
    onEvent: (type, data, { name, weight }) => {
      stream.emit(type, data);
      if (type === 'step.started') logger.beginStep(name, weight);
      else if (type === 'step.completed' || type === 'step.skipped') logger.endStep(name, weight);
    },
  };
}
