import { StoreUnavailableError } from '../../../foundation/errors/store.errors.js';
import type { CommitOutcome, JournalEntry, RunCommit } from '../../../runtime/run-store/run-journal.js';
import type { MaybePromise, RunStore } from '../../../runtime/run-store/run-store.interface.js';
import { DecoratedRunStore, type StoreCall } from '../../../runtime/run-store/decorated-run-store.js';
import type { ProcessClock } from './process-clock.js';

/** What goes wrong with one call of a store. */
export type StoreFault =
  /** The store cannot be reached; `isDone` when only the answer is lost. */
  | { readonly kind: 'error'; readonly isDone: boolean }
  /** The call takes its time, `ms` on the way to the store and as long back. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The call comes a second time, `ms` later. */
  | { readonly kind: 'twice'; readonly ms: number }
  /** The process dies, before the call or when it is done. */
  | { readonly kind: 'crash'; readonly isDone: boolean };

/** Decides what goes wrong: `number` counts the calls of the process, from 1. */
export type FaultPlan = (call: StoreCall, number: number) => StoreFault | undefined;

/** A shared store as one simulated process reaches it: over a network that fails, and only while the process lives. */
export class ProcessStore extends DecoratedRunStore {
  /** What goes wrong from now on. */
  faults: FaultPlan | undefined;
  readonly #clock: ProcessClock;
  #calls = 0;

  constructor(store: RunStore, clock: ProcessClock, faults?: FaultPlan) {
    super(store);
    this.#clock = clock;
    this.faults = faults;
  }

  /** How many calls the process has made. */
  get calls(): number {
    return this.#calls;
  }

  /** Values are copied on their way: two processes share none. */
  override commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome> {
    return super.commit(runId, epoch, copied(commit));
  }

  override async journal(runId: string): Promise<readonly JournalEntry[]> {
    return JSON.parse(JSON.stringify(await super.journal(runId))) as readonly JournalEntry[];
  }

  protected override around<T>(call: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#clock.isDead) return never();
    const fault = this.faults?.(call, ++this.#calls);
    return fault ? this.#clock.hear(this.#goesWrong(fault, work)) : work();
  }

  async #goesWrong<T>(fault: StoreFault, work: () => MaybePromise<T>): Promise<T> {
    switch (fault.kind) {
      case 'error':
        if (fault.isDone) await work();
        throw new StoreUnavailableError('the simulated store', fault.isDone ? 'its answer was lost' : 'it is away', 0);
      case 'crash':
        if (fault.isDone) await work();
        this.#clock.die();
        return never();
      case 'slow':
        await this.#onTheWay(fault.ms);
        return Promise.resolve(work()).then(async (answer) => {
          await this.#onTheWay(fault.ms);
          return answer;
        });
      case 'twice': {
        const answer = await work();
        void this.#onTheWay(fault.ms)
          .then(work)
          .then(undefined, () => undefined);
        return answer;
      }
    }
  }

  /** What is on its way arrives, whatever becomes of its sender. */
  #onTheWay(ms: number): Promise<void> {
    return this.#clock.time.sleep(ms);
  }
}

/** What has no JSON form is for the store to refuse. */
function copied(commit: RunCommit): RunCommit {
  try {
    return JSON.parse(JSON.stringify(commit)) as RunCommit;
  } catch {
    return commit;
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
