import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_000;

/**
 * Looks again and again, with growing pauses, for what no event tells: how it stands with a run that another process has.
 *
 * @param look - Resolves to undefined as long as it has to be looked again; what it throws ends the looking.
 * @param pause - Waits so many milliseconds. @defaultValue a timer of Node
 */
export async function untilKnown<T>(
  look: () => Promise<T | undefined>,
  pause: (ms: number) => Promise<void> = (ms) => sleep(ms),
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
    const known = await look();
    if (known !== undefined) return known;
    await pause(pauseMs);
  }
}
