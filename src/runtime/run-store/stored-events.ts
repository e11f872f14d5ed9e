import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStore } from './run-store.interface.js';

/** Which stored events to read. */
export interface StoredEventsOptions {
  /** Number of the last event that is known, 0 and up. @defaultValue 0 */
  readonly afterSeq?: number;
  /** Pause before the store is asked for more, in milliseconds; without it, what is there is all. */
  readonly pollIntervalMs?: number;
}

/** The events of a run as the store hands them out: batch after batch, since a run may have more than memory holds. */
export async function* storedEventBatches(
  store: RunStore,
  runId: string,
  { afterSeq = 0, pollIntervalMs }: StoredEventsOptions = {},
): AsyncGenerator<readonly RunEvent[], void> {
  for (let seq = afterSeq; ;) {
    const events = await store.events(runId, seq);
    const last = events.at(-1);
    if (last) {
      yield events;
      seq = last.seq;
    } else if (pollIntervalMs === undefined) return;
    else await sleep(pollIntervalMs);
  }
}

/** The events of a run, one by one: also of one that this process does not execute. */
export async function* storedEvents(
  store: RunStore,
  runId: string,
  options?: StoredEventsOptions,
): AsyncGenerator<RunEvent, void> {
  for await (const events of storedEventBatches(store, runId, options)) yield* events;
}
