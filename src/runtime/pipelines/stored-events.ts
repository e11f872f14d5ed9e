import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunStore } from '../run-store/run-store.interface.js';

/**
 * The events of a run that this process may not execute.
 *
 * @param pollIntervalMs - Pause before the store is asked for more; without it, what is there is all.
 */
export async function* storedEvents(
  store: RunStore,
  runId: string,
  pollIntervalMs?: number,
): AsyncGenerator<RunEvent, void> {
  for (let seq = 0; ;) {
    const events = await store.events(runId, seq);
    yield* events;
    const last = events.at(-1);
    if (last) seq = last.seq;
    else if (pollIntervalMs === undefined) return;
    else await sleep(pollIntervalMs);
  }
}
