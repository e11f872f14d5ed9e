import { UsageError } from '../../foundation/errors/run.errors.js';
import type { CommitOutcome, NewJournalEntry, RunCommit } from '../../runtime/run-store/run-journal.js';
import type { MaybePromise, RunStore } from '../../runtime/run-store/run-store.interface.js';
import { DecoratedRunStore, type StoreCall } from '../../runtime/run-store/decorated-run-store.js';
import type { ReplayLedger } from './replay-ledger.js';

/** The store of a process that dies with the first entry that it has not seen before, which is not written then. */
export class ReplayingRunStore extends DecoratedRunStore {
  /** Resolves when the process has died. */
  readonly death: Promise<undefined>;
  readonly #ledger: ReplayLedger;
  readonly #unanswered: ((error: Error) => void)[] = [];
  #die: () => void = () => undefined;
  #isDead = false;

  constructor(store: RunStore, ledger: ReplayLedger) {
    super(store);
    this.#ledger = ledger;
    this.death = new Promise((resolve) => (this.#die = () => resolve(undefined)));
  }

  override commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome> {
    if (!this.#isDead && this.#hasFirst(runId, commit.entries ?? [])) {
      this.#isDead = true;
      this.#die();
    }
    return super.commit(runId, epoch, commit);
  }

  /** Ends what the dead process still waits for. */
  release(): void {
    this.#isDead = true;
    for (const reject of this.#unanswered.splice(0)) reject(new UsageError('The process has died in a replay.'));
  }

  protected override around<T>(_call: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    if (!this.#isDead) return work();
    return new Promise((_, reject) => this.#unanswered.push(reject));
  }

  /** All are looked at: those after the first are compared or noted as well. */
  #hasFirst(runId: string, entries: readonly NewJournalEntry[]): boolean {
    return entries.filter((entry) => this.#ledger.isFirst(runId, entry)).length > 0;
  }
}
