import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStatus } from '../../foundation/config/enums.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { isFinal, type RunChange, type RunRecord } from './run-record.js';
import { type RunFilter, RunStore } from './run-store.interface.js';

/** Limits of a {@link MemoryRunStore}. */
export interface MemoryRunStoreOptions {
  /** Finished runs to remember; the oldest are forgotten first. @defaultValue 1,000 */
  readonly maxFinishedRuns?: number;
  /**
   * Newest events to remember of each run. Older ones are forgotten, so that a chatty run cannot fill the memory; a reader
   * that starts before them gets what is left. @defaultValue 10,000
   */
  readonly maxEventsPerRun?: number;
}

interface Entry {
  readonly created: RunRecord;
  /** What changed since; laid over `created` when somebody reads, which is rarer than a run. */
  changed: RunChange | undefined;
  events: RunEvent[] | undefined;
  lastSeq: number;
}

/** Keeps runs in this process only: the default of a hosted module and of tests. */
export class MemoryRunStore extends RunStore {
  readonly #entries = new Map<string, Entry>();
  readonly #maxFinishedRuns: number;
  readonly #maxEventsPerRun: number;
  #finished: string[] = [];
  #forgotten = 0;

  constructor({ maxFinishedRuns = 1_000, maxEventsPerRun = 10_000 }: MemoryRunStoreOptions = {}) {
    super();
    this.#maxFinishedRuns = maxFinishedRuns;
    this.#maxEventsPerRun = maxEventsPerRun;
  }

  create(record: RunRecord): void {
    if (this.#entries.has(record.id)) {
      throw new UsageError(`A run with the id '${record.id}' exists already. Leave the id out to get a new one.`);
    }
    this.#entries.set(record.id, { created: record, changed: undefined, events: undefined, lastSeq: 0 });
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
    const kept = (entry.events ??= []);
    for (const event of events) {
      if (event.seq <= entry.lastSeq) continue;
      kept.push(event);
      entry.lastSeq = event.seq;
    }
    // Trimmed by halves, so that the cost of moving the rest is spread over many appends.
    if (kept.length > 2 * this.#maxEventsPerRun) entry.events = kept.slice(-this.#maxEventsPerRun);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): readonly RunEvent[] {
    const events = this.#entries.get(runId)?.events ?? [];
    const firstSeq = events[0]?.seq ?? 1;
    const start = Math.max(0, afterSeq + 1 - firstSeq);
    return events.slice(start, start + limit);
  }

  close(): void {
    this.#entries.clear();
    this.#finished = [];
  }

  #finish(id: string): void {
    this.#finished.push(id);
    if (this.#finished.length - this.#forgotten <= this.#maxFinishedRuns) return;
    const oldest = this.#finished[this.#forgotten++];
    if (oldest !== undefined) this.#entries.delete(oldest);
    if (this.#forgotten > this.#maxFinishedRuns) {
      this.#finished = this.#finished.slice(this.#forgotten);
      this.#forgotten = 0;
    }
  }
}

function statusOf({ created, changed }: Entry): RunStatus {
  return changed?.status ?? created.status;
}

function recordOf({ created, changed }: Entry): RunRecord {
  return { ...created, ...changed };
}
