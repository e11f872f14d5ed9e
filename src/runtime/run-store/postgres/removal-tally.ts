import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';
import type { PruneReport } from '../run-store.interface.js';

/** Removals in a row without an answer, after which the rest is not tried: each would wait as long. */
const MOST_UNANSWERED = 4;

/** What became of the removals of a sweep. One that fails does not keep the others from being done. */
export class RemovalTally {
  #removed = 0;
  #failed = 0;
  #unanswered = 0;
  #reason: string | undefined;

  /** How many there were. */
  get removed(): number {
    return this.#removed;
  }

  /** What the storage keeps although nothing refers to it; undefined where all is gone. */
  get left(): PruneReport['left'] {
    return this.#reason === undefined ? undefined : { count: this.#failed, reason: this.#reason };
  }

  /** Whether the storage gives no answers any more. */
  get isGivenUp(): boolean {
    return this.#unanswered >= MOST_UNANSWERED;
  }

  /** Does a removal that says whether there was something to remove. */
  async remove(work: () => Promise<boolean>): Promise<void> {
    if (this.isGivenUp) return void this.#failed++;
    try {
      if (await work()) this.#removed++;
      this.#unanswered = 0;
    } catch (thrown) {
      this.#failed++;
      this.#unanswered = isUnanswered(thrown) ? this.#unanswered + 1 : 0;
      this.interrupted(thrown);
    }
  }

  /** Notes why something is left. The first reason is the one that is told. */
  interrupted(thrown: unknown): void {
    this.#reason ??= messageOf(thrown);
  }
}

function isUnanswered(thrown: unknown): boolean {
  return SynapseError.is(thrown) && thrown.code === 'SYN_STORAGE_CONNECTION';
}
