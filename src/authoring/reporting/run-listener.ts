import type { RunEvent } from './run-event.js';

/**
 * Is handed each stored event of a run, in order. A promise that it returns is awaited before the next event; what it
 * throws is counted and goes no further.
 */
export type RunListener = RunEventHandler | RunObserver;

/** A listener that is a function. */
export type RunEventHandler = (event: RunEvent) => void | Promise<void>;

/** A listener that is an object, because it keeps something between events. */
export interface RunObserver {
  /** Takes one event. */
  onEvent(event: RunEvent): void | Promise<void>;
}

/** Any listener as a function. */
export function handlerOf(listener: RunListener): RunEventHandler {
  return typeof listener === 'function' ? listener : (event) => listener.onEvent(event);
}
