import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';

/** How a run that another process has left is taken up again. */
export interface RecoveryRequest {
  /** Secrets of its params, which no store keeps: an object with just these. @defaultValue none */
  readonly params?: unknown;
  /** Laid over the process's and the plugin's environment. */
  readonly env?: PluginEnvironment | Readonly<Record<string, unknown>>;
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal;
}

/** How a run is resumed. */
export interface ResumeRequest extends RecoveryRequest {
  /** Whether to wait for the end of the lease of an owner on another host, who may be dead. @defaultValue false */
  readonly wait?: boolean;
}

/** How a new run goes on from an old one. */
export interface ForkRequest extends RecoveryRequest {
  /** The last step to take over. @defaultValue the last that finished */
  readonly step?: string;
  /** Laid over the params of the old run, key by key. @defaultValue none */
  readonly params?: unknown;
}
