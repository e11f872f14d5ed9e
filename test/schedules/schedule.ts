import type { StoreFault } from '../../src/interfaces/testing/index.js';

/** Something that happens to a process, or to the run, at a time. */
export interface Incident {
  readonly atMs: number;
  readonly kind: 'kill' | 'block' | 'cancel' | 'start';
  /** Which of the processes that there are, counted round. */
  readonly process: number;
  /** How long it is blocked. */
  readonly ms: number;
}

/** What goes wrong with one call that a process makes of the store. */
export interface FaultAt {
  readonly process: number;
  /** From 1. */
  readonly call: number;
  readonly fault: StoreFault;
}

/** Everything that is left to chance in one simulation. */
export interface Schedule {
  /** How long each of the six steps works before its effect, and after it, in milliseconds. */
  readonly workMs: readonly number[];
  /** Number of the step that fails for good, from 0; -1 for none. */
  readonly failing: number;
  /** How often the undo of each step fails, 0 to 2. */
  readonly undoFailures: readonly number[];
  readonly incidents: readonly Incident[];
  readonly faults: readonly FaultAt[];
}

/** What a simulation came to. */
export interface ScheduleOutcome {
  /** Broken promises; empty when all were kept. */
  readonly violations: readonly string[];
  readonly status: string;
  /** Owners that the run has had. */
  readonly epochs: number;
  /** Calls that went wrong, and incidents that hit somebody. */
  readonly troubles: number;
}
