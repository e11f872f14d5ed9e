import type { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';

interface Place {
  readonly run: ActiveRun;
  readonly outcome: Promise<RunOutcome>;
}

/**
 * The runs of a runner that have not ended, in no order.
 *
 * A list in which the last one fills a gap, rather than a set: one that is added to and deleted from with each run rebuilds its table
 * again and again.
 */
export class ActiveRuns {
  readonly #places: Place[] = [];

  get size(): number {
    return this.#places.length;
  }

  get runs(): ActiveRun[] {
    return this.#places.map(({ run }) => run);
  }

  get outcomes(): Promise<RunOutcome>[] {
    return this.#places.map(({ outcome }) => outcome);
  }

  has(runId: string): boolean {
    return this.#places.some(({ run }) => run.runId === runId);
  }

  outcomeOf(run: ActiveRun): Promise<RunOutcome> | undefined {
    return this.#places[run.activeIndex]?.outcome;
  }

  add(run: ActiveRun, outcome: Promise<RunOutcome>): void {
    run.activeIndex = this.#places.push({ run, outcome }) - 1;
  }

  remove(run: ActiveRun): void {
    const index = run.activeIndex;
    if (index < 0) return;
    run.activeIndex = -1;
    const last = this.#places.pop();
    if (last === undefined || last.run === run) return;
    this.#places[index] = last;
    last.run.activeIndex = index;
  }
}
