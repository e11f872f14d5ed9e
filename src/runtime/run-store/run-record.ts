import type { RunStatus } from '../../foundation/config/enums.js';
import type { SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import type { RunOwner } from './run-owner.js';

/** Where the undoing of a run's steps stands: it goes on or was interrupted, every step is undone, or some could not be. */
export type UndoState = 'pending' | 'done' | 'failed';

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
  /** Counts the owners that the run has had; a commit names the one it comes from. Absent while the run has had none. */
  readonly epoch?: number;
  /** The process that executes the run, or did so last. */
  readonly owner?: RunOwner;
  /** When the owner's lease is over, in milliseconds since the epoch. */
  readonly lease_expires_at?: number;
  /** The steps that come next: those in doubt after a crash. */
  readonly next_steps?: readonly string[];
  /** Overall progress at the last commit, 0 to 100. */
  readonly progress?: number;
  /** Absent while nothing of the run was to be undone. */
  readonly undo?: UndoState;
  /** Why somebody other than its owner wants the run to end. */
  readonly cancel_requested?: string;
  /** The run whose finished steps this one goes on from. */
  readonly forked_from?: string;
}

/** A run without what may be large: what lists show. */
export type RunSummary = Omit<RunRecord, 'params' | 'result'>;

/** What changes about a run after it was created. What is absent or undefined stays as it is. */
export type RunChange = Partial<
  Pick<
    RunRecord,
    'status' | 'attempt' | 'result' | 'error' | 'started_at' | 'ended_at' | 'next_steps' | 'progress' | 'undo'
  >
>;

/** Whether a run in this state can still change. */
export function isFinal(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Whether a change leaves nothing to be done for the run: then it has no lease any more. */
export function releasesLease({ status, undo }: RunChange): boolean {
  return (status !== undefined && isFinal(status)) || undo === 'done' || undo === 'failed';
}
