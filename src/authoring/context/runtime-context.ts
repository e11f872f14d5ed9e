import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { AgentClient } from '../../resources/clients/agent/agent-client.interface.js';
import type { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import type { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import type { BaseLogger } from '../reporting/base-logger.js';
import { LogLevel } from '../../foundation/config/enums.js';
import type { PipelineContext } from './pipeline-context.js';
import { type PlatformPorts, portOf } from './platform-ports.js';
import type { RunNotes } from './run-notes.interface.js';

/** A model that training starts from: what the caller handed over, not what this run saves. */
export interface CheckpointReference {
  readonly category: string;
  readonly path: string;
}

/** Tone of a message for people; the platform colours it. */
export type MessageContext = 'info' | 'warning' | 'danger' | 'success';

/** How a run reports what a training framework says; see `autolog`. */
export interface AutologPort {
  enable(framework: string, options?: object): unknown;
  disable(framework: string): void;
  listIntegrations(): string[];
}

/** What a run hands to its context. Members may be getters: the context reads each only when the action asks. */
export interface RunBinding<P = unknown> {
  readonly runId: string;
  readonly jobId?: string;
  readonly plugin: string;
  readonly action: string;
  readonly attempt: number;
  readonly params: P;
  readonly logger: BaseLogger;
  readonly env: PluginEnvironment;
  readonly ports: PlatformPorts;
  readonly checkpoint?: CheckpointReference;
  readonly signal: AbortSignal;
  readonly workDir: string;
  readonly pipeline?: PipelineContext;
  readonly idempotencyKey: string;
  readonly autolog?: AutologPort;
  readonly notes?: RunNotes;
}

/**
 * What an action knows about its run, and how it reports.
 *
 * The second argument of every action; also injectable into any provider, where it stands for the run that is
 * executing at the moment a member is read.
 */
export class RuntimeContext<P = unknown> {
  readonly #run: RunBinding<P>;

  constructor(run: RunBinding<P>) {
    this.#run = run;
  }

  /** UUIDv7 of the run; sorts by creation. */
  get runId(): string {
    return this.#run.runId;
  }
  /** The platform's job the run belongs to, where there is one. */
  get jobId(): string | undefined {
    return this.#run.jobId;
  }
  /** Code of the plugin. */
  get plugin(): string {
    return this.#run.plugin;
  }
  /** Name of the action. */
  get action(): string {
    return this.#run.action;
  }
  /** From 1; counts up when a run is resumed. */
  get attempt(): number {
    return this.#run.attempt;
  }
  /** The validated params. */
  get params(): P {
    return this.#run.params;
  }
  get logger(): BaseLogger {
    return this.#run.logger;
  }
  /** Environment of the run with typed getters; secrets in it are masked when it is printed. */
  get env(): PluginEnvironment {
    return this.#run.env;
  }
  /** @throws NotConfiguredError (`SYN_NOT_CONFIGURED`) when no backend is set up. */
  get client(): BackendClient {
    return portOf(this.#run.ports, 'client');
  }
  /** @throws NotConfiguredError (`SYN_NOT_CONFIGURED`) when no agent is set up. */
  get agentClient(): AgentClient {
    return portOf(this.#run.ports, 'agentClient');
  }
  /** @throws NotConfiguredError (`SYN_NOT_CONFIGURED`) when no storage is set up. */
  get storage(): StorageProvider {
    return portOf(this.#run.ports, 'storage');
  }
  /** The model to start from, where the caller gave one. */
  get checkpoint(): CheckpointReference | undefined {
    return this.#run.checkpoint;
  }
  /** Aborts when the run is cancelled or its time is over. Work that ignores it is abandoned, not killed. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }
  /** A folder of the run's own, made on first use and kept until the run's record is pruned. */
  get workDir(): string {
    return this.#run.workDir;
  }
  /** Folders that the actions of a pipeline run share; undefined for a run that is not part of one. Removed when the pipeline has completed. */
  get pipeline(): PipelineContext | undefined {
    return this.#run.pipeline;
  }
  /** Stable across attempts of the same work: hand it to services that recognise repeated requests. */
  get idempotencyKey(): string {
    return this.#run.idempotencyKey;
  }

  /** Where a step notes what it has done before it ends; undefined for a run that does not outlive its process. */
  get notes(): RunNotes | undefined {
    return this.#run.notes;
  }

  /** The training frameworks that report to this run; the function `autolog` works on it. */
  get autolog(): AutologPort | undefined {
    return this.#run.autolog;
  }

  /** Logs an event of your own at level info. `data` must be JSON-safe; it is copied at the top level. */
  log(event: string, data: Record<string, unknown>, file?: string): void {
    this.#run.logger.log(LogLevel.Info, event, data, { file });
  }

  /**
   * Reports how far `category` has come; without one, the run as a whole.
   *
   * @param current - 0 to `total`; fractions are fine.
   * @param total - Above 0.
   */
  setProgress(current: number, total: number, category?: string): void {
    this.#run.logger.setProgress(current, total, category);
  }

  /** Merges `value` into the metrics of `category`. */
  setMetrics(value: Record<string, unknown>, category: string): void {
    this.#run.logger.setMetrics(value, category);
  }

  /** A sentence for the people who watch the run. */
  logMessage(message: string, context: MessageContext = 'info'): void {
    this.log('message', { context, content: message });
  }

  /** A note for the plugin's developers, at level debug. */
  logDevEvent(message: string, data?: Record<string, unknown>): void {
    this.#run.logger.log(LogLevel.Debug, 'dev_event', { message, data: data ?? null });
  }

  /** Tells the people who watch that the work is done. The run itself ends when the action returns. */
  endLog(): void {
    this.logMessage('Plugin run is complete.');
  }
}
