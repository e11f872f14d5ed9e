import type { RunStatus } from '../../foundation/config/enums.js';
import type { SynapseErrorJson } from '../../foundation/errors/synapse.error.js';

/** One run as a store keeps it. snake_case, because it is what lists, files and wires show. */
export interface RunRecord {
  /** UUIDv7; sorts by creation. */
  readonly id: string;
  readonly plugin: string;
  readonly action: string;
  readonly mode: string;
  readonly status: RunStatus;
  /** From 1; a resumed run counts on. */
  readonly attempt: number;
  /** The caller's params with secrets replaced by references. */
  readonly params: unknown;
  readonly result?: unknown;
  readonly error?: SynapseErrorJson;
  readonly job_id?: string;
  readonly idempotency_key: string;
  readonly parent_id?: string;
  /** Absolute path and content hash of the plugin's folder, where it has one. */
  readonly plugin_path?: string;
  readonly plugin_hash?: string;
  /** Milliseconds since the epoch. */
  readonly created_at: number;
  readonly started_at?: number;
  readonly ended_at?: number;
}

/** What changes about a run after it was created. */
export type RunChange = Partial<Pick<RunRecord, 'status' | 'attempt' | 'result' | 'error' | 'started_at' | 'ended_at'>>;

/** Whether a run in this state can still change. */
export function isFinal(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
