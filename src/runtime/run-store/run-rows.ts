import type { RunStatus } from '../../foundation/config/enums.js';
import {
  StoreBlobStorageError,
  StoreValueLostError,
  StoreValueUnavailableError,
} from '../../foundation/errors/store.errors.js';
import type { SynapseError, SynapseErrorJson } from '../../foundation/errors/synapse.error.js';
import type { RunRecord, RunSummary, UndoState } from './run-record.js';
import type { StoredValues } from './stored-values.js';

/** A run as a table has it. What is absent is null. Texts of JSON may be references to files. */
export interface RunRow {
  readonly id: string;
  readonly plugin: string;
  readonly action: string;
  readonly mode: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly epoch: number | null;
  readonly owner_host: string | null;
  readonly owner_pid: number | null;
  readonly owner_started_at: number | null;
  readonly lease_expires_at: number | null;
  readonly progress: number | null;
  readonly next_steps: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly idempotency_key: string;
  readonly job_id: string | null;
  readonly parent_id: string | null;
  readonly plugin_path: string | null;
  readonly plugin_hash: string | null;
  readonly error: string | null;
  readonly undo: UndoState | null;
  readonly cancel_requested: string | null;
  readonly forked_from: string | null;
}

/** The columns of a run, in the order in which they are read and written. */
export const RUN_COLUMNS = [
  'id',
  'plugin',
  'action',
  'mode',
  'status',
  'attempt',
  'epoch',
  'owner_host',
  'owner_pid',
  'owner_started_at',
  'lease_expires_at',
  'progress',
  'next_steps',
  'created_at',
  'started_at',
  'ended_at',
  'idempotency_key',
  'job_id',
  'parent_id',
  'plugin_path',
  'plugin_hash',
  'error',
  'undo',
  'cancel_requested',
  'forked_from',
] as const satisfies readonly (keyof RunRow)[];

/** Turns rows of tables into what a store answers. */
export class RunRows {
  constructor(private readonly values: StoredValues) {}

  /**
   * A run as lists show it. What of it cannot be read must not hide the other runs: why not stands in place of its error, and next steps are left out.
   *
   * @throws StoreCorruptError.
   */
  summary(row: RunRow): RunSummary {
    const [nextSteps] = readable(() => this.#nextSteps(row));
    const [error, reason] = readable(() => this.#error(row));
    return summaryOf(row, nextSteps, error ?? reason?.toJSON());
  }

  /** A run as a whole. @throws StoreValueLostError, StoreValueUnavailableError, StoreBlobStorageError, StoreCorruptError. */
  record(row: RunRow, params: string | null, result: string | null): RunRecord {
    const runId = row.id;
    const summary = summaryOf(row, this.#nextSteps(row), this.#error(row));
    const record: RunRecord = { ...summary, params: this.values.read(params, { runId, value: 'params' }) };
    return result === null ? record : { ...record, result: this.values.read(result, { runId, value: 'result' }) };
  }

  #nextSteps({ id: runId, next_steps: text }: RunRow): readonly string[] | undefined {
    return this.values.read(text, { runId, value: 'next steps' }) as readonly string[] | undefined;
  }

  #error({ id: runId, error: text }: RunRow): SynapseErrorJson | undefined {
    return this.values.read(text, { runId, value: 'error' }) as SynapseErrorJson | undefined;
  }
}

function summaryOf(
  row: RunRow,
  nextSteps: readonly string[] | undefined,
  error: SynapseErrorJson | undefined,
): RunSummary {
  const { owner_host, owner_pid, owner_started_at, next_steps: _steps, error: _error, ...plain } = row;
  const known = Object.entries(plain).filter(([, value]) => value !== null);
  const summary = Object.fromEntries(known) as unknown as RunSummary;
  return {
    ...summary,
    ...(owner_host !== null && {
      owner: { host: owner_host, pid: owner_pid ?? 0, started_at: owner_started_at ?? 0 },
    }),
    ...(nextSteps !== undefined && { next_steps: nextSteps }),
    ...(error !== undefined && { error }),
  };
}

/** A value, or why a large one cannot be had where it is kept. */
function readable<T>(read: () => T): [value: T | undefined, reason?: SynapseError] {
  try {
    return [read()];
  } catch (thrown) {
    if (isUnreadable(thrown)) return [undefined, thrown];
    throw thrown;
  }
}

function isUnreadable(thrown: unknown): thrown is SynapseError {
  return [StoreValueLostError, StoreValueUnavailableError, StoreBlobStorageError].some(
    (type) => thrown instanceof type,
  );
}
