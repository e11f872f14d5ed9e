import type { RunStoreSuiteOptions } from './lost-values.contract.js';
import { describeRunStore as describeWith } from './run-store.contract.js';
import type { RunStore } from './run-store.interface.js';

/** The suite of every store, in jest. */
export function describeRunStore(create: () => RunStore | Promise<RunStore>, options?: RunStoreSuiteOptions): void {
  describeWith({ describe, it, expect, beforeEach, afterEach }, create, options);
}
