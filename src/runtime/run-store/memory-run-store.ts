import { EventLog } from './event-log.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { isFinal, type RunChange, type RunRecord } from './run-record.js';
import { type RunFilter, RunStore } from './run-store.interface.js';

/** Limits of a {@link MemoryRunStore}. */
export interface MemoryRunStoreOptions {
  /** Finished runs to remember, 1 and up; the oldest are forgotten first. @defaultValue 1,000 */
  readonly maxFinishedRuns?: number;
  /** Newest events of each run to remember, 1 and up; a reader that starts before them gets what is left. @defaultValue 10,000 */
  readonly maxRecentEvents?: number;
}

interface Entry {
  readonly created: RunRecord;
  /** What changed since; laid over `created` when somebody reads, which is rarer than a run. */
  changed: RunChange | undefined;
  /** The first batch as it came: a short run has no other. */
  batch: readonly RunEvent[] | undefined;
  /** Made with the second batch. */
  log: EventLog | undefined;
}

/** Keeps runs in this process only: the default of a hosted module and of tests. */
export class MemoryRunStore extends RunStore {
  readonly #entries = new Map<string, Entry>();
  readonly #maxRecentEvents: number;
  /** Ids of finished runs, each in the place of the one it displaced. */
  readonly #finished: (string | undefined)[];
  #oldest = 0;

  constructor({ maxFinishedRuns = 1_000, maxRecentEvents = 10_000 }: MemoryRunStoreOptions = {}) {
    super();
    this.#finished = new Array<string | undefined>(Math.max(1, maxFinishedRuns)).fill(undefined);
    this.#maxRecentEvents = Math.max(1, maxRecentEvents);
  }

  create(record: RunRecord): void {
    if (this.#entries.has(record.id)) {
      throw new UsageError(`A run with the id '${record.id}' exists already. Leave the id out to get a new one.`);
    }
    this.#entries.set(record.id, { created: record, changed: undefined, batch: undefined, log: undefined });
  }

  update(id: string, change: RunChange): boolean {
    const entry = this.#entries.get(id);
    if (!entry || isFinal(statusOf(entry))) return false;
    entry.changed = entry.changed ? { ...entry.changed, ...change } : change;
    if (isFinal(statusOf(entry))) this.#finish(id);
    return true;
  }

  get(id: string): RunRecord | undefined {
    const entry = this.#entries.get(id);
    return entry && recordOf(entry);
  }

  list({ plugin, action, status, limit = 100 }: RunFilter = {}): readonly RunRecord[] {
    return [...this.#entries.values()]
      .map(recordOf)
      .filter(
        (record) =>
          (plugin === undefined || record.plugin === plugin) &&
          (action === undefined || record.action === action) &&
          (status === undefined || record.status === status),
      )
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .slice(0, limit);
  }

  append(runId: string, events: readonly RunEvent[]): void {
    const entry = this.#entries.get(runId);
    if (!entry) return;
    if (!entry.log) {
      if (!entry.batch && events[0]?.seq === 1 && events.length < this.#maxRecentEvents) {
        entry.batch = events;
        return;
      }
      entry.log = new EventLog(this.#maxRecentEvents);
      if (entry.batch) entry.log.append(entry.batch);
      entry.batch = undefined;
    }
    entry.log.append(events);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): readonly RunEvent[] {
    const entry = this.#entries.get(runId);
    if (entry?.log) return entry.log.read(afterSeq, limit);
    return entry?.batch?.slice(afterSeq, afterSeq + limit) ?? [];
  }

  close(): void {
    this.#entries.clear();
    this.#finished.fill(undefined);
  }

  #finish(id: string): void {
    const displaced = this.#finished[this.#oldest];
    this.#finished[this.#oldest] = id;
    this.#oldest = (this.#oldest + 1) % this.#finished.length;
    if (displaced !== undefined) this.#entries.delete(displaced);
  }
}

function statusOf({ created, changed }: Entry): RunStatus {
  return changed?.status ?? created.status;
}

function recordOf({ created, changed }: Entry): RunRecord {
  return { ...created, ...changed };
}
