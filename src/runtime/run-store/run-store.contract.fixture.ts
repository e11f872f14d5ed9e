import { describeRunStore as describeWith } from './run-store.contract.js';
import type { RunStore } from './run-store.interface.js';

/** The suite of every store, in jest. */
export function describeRunStore(create: () => RunStore | Promise<RunStore>): void {
  describeWith({ describe, it, expect, beforeEach, afterEach }, create);
}
