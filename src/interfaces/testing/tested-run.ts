import type {
  LogEventData,
  MetricsEventData,
  ProgressEventData,
  RunEvent,
} from '../../authoring/reporting/run-event.js';
import { RunNotFoundError } from '../../foundation/errors/run.errors.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { RunOutcome } from '../../runtime/invocation/run-outcome.js';
import type { JournalEntry } from '../../runtime/run-store/run-journal.js';
import type { RunRecord } from '../../runtime/run-store/run-record.js';
import { storedEvents } from '../../runtime/run-store/stored-events.js';
import type { RunStore } from '../../runtime/run-store/run-store.interface.js';
import { snapshotOfRun } from './run-snapshot.js';

/** A run that is over, with everything that is known about it. */
export class TestedRun<R = unknown> {
  private constructor(
    readonly outcome: RunOutcome,
    /** As the store has it. */
    readonly record: RunRecord,
    /** All of them, in order. */
    readonly events: readonly RunEvent[],
    /** What its steps have come to; empty where the store is not durable. */
    readonly journal: readonly JournalEntry[],
  ) {}

  /** @internal */
  static async of<R>(id: string, store: RunStore, outcome: RunOutcome): Promise<TestedRun<R>> {
    const record = await store.get(id);
    if (!record) throw new RunNotFoundError(id);
    return new TestedRun<R>(outcome, record, await allEvents(id, store), await store.journal(id));
  }

  get id(): string {
    return this.record.id;
  }
  get status(): RunOutcome['status'] {
    return this.outcome.status;
  }

  /** @throws the run's error when it did not complete. */
  get result(): R {
    if (this.outcome.status === 'completed') return this.outcome.result as R;
    throw this.outcome.error;
  }

  /** Why it did not complete; undefined when it did. */
  get error(): SynapseError | undefined {
    return this.outcome.status === 'completed' ? undefined : this.outcome.error;
  }

  /** What it logged, in order. */
  get logs(): readonly LogEventData[] {
    return this.#dataOf<LogEventData>('log');
  }

  /** The progress it reported, in order. Reports that follow each other closely are one. */
  get progress(): readonly ProgressEventData[] {
    return this.#dataOf<ProgressEventData>('progress');
  }

  /** All values of each metrics key. */
  get metrics(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return Object.fromEntries(this.#dataOf<MetricsEventData>('metrics').map(({ key, metrics }) => [key, metrics]));
  }

  /** What happened to its steps, e.g. `upload step.completed`. */
  get steps(): readonly string[] {
    const ofSteps = this.events.filter(({ type }) => type.startsWith('step.'));
    return ofSteps.map(({ type, data }) => `${String(data['step'])} ${type}`);
  }

  /** The run as text that does not change from run to run, for `toMatchSnapshot`: ids and times are replaced. */
  snapshot(): string {
    return snapshotOfRun(this);
  }

  #dataOf<T>(wanted: RunEvent['type']): readonly T[] {
    return this.events.filter(({ type }) => type === wanted).map(({ data }) => data as unknown as T);
  }
}

async function allEvents(id: string, store: RunStore): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of storedEvents(store, id)) events.push(event);
  return events;
}
