import type { RunEvent } from './run-event.js';

/**
 * Is handed each stored event of a run, in order. A promise that it returns is awaited before the next event; what it
 * throws is counted and goes no further.
 */
export type RunListener = (event: RunEvent) => void | Promise<void>;
