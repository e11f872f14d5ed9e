import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import type { RunChange, RunRecord } from './run-record.js';

/** A value, or a promise of it. Stores in memory answer at once, and the run path does not wait where it need not. */
export type MaybePromise<T> = T | Promise<T>;

/** Which runs to list. All conditions hold together. */
export interface RunFilter {
  readonly plugin?: string;
  readonly action?: string;
  readonly status?: RunStatus;
  /** Most rows to return, 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
}

/**
 * Where runs and their events are kept.
 *
 * A store is the only truth about a run: handles, the CLI and HTTP read from it. Implementations must keep three rules: a
 * record in a final state never changes again; the events of a run are kept in the order of `seq`, and an event
 * whose `seq` is already there is ignored (a retry of the same append); a read after an append sees it.
 */
export abstract class RunStore {
  /** Adds a run. @throws when the id is taken. */
  abstract create(record: RunRecord): MaybePromise<void>;
  /** Changes a run that is not final; resolves to whether it was. */
  abstract update(id: string, change: RunChange): MaybePromise<boolean>;
  abstract get(id: string): MaybePromise<RunRecord | undefined>;
  /** Newest first. */
  abstract list(filter?: RunFilter): MaybePromise<readonly RunRecord[]>;
  /** Adds events to a run's stream. */
  abstract append(runId: string, events: readonly RunEvent[]): MaybePromise<void>;
  /**
   * Events after `afterSeq`, in order.
   *
   * @param limit - Most events to return; more may follow. @defaultValue 1,000
   */
  abstract events(runId: string, afterSeq?: number, limit?: number): MaybePromise<readonly RunEvent[]>;
  /** Frees what the store holds. Runs are not touched. */
  abstract close(): MaybePromise<void>;
}
