import { StoreValueUnavailableError } from '../../foundation/errors/store.errors.js';
import { DecoratedRunStore, type StoreCall } from '../run-store/decorated-run-store.js';
import type { MaybePromise } from '../run-store/run-store.interface.js';

/** A store as one process sees it: its storage of large values can be away for one run, and a call can be held up. */
export class ShakyStore extends DecoratedRunStore {
  /** Set by the spec: the run whose commits fail. */
  away: string | undefined;
  /** Set by the spec: is told of each call, which waits for it, or fails with what it throws. */
  before: (call: StoreCall) => Promise<void> | undefined = () => undefined;

  protected override around<T>(call: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    const { method, runId = '' } = call;
    if (method === 'commit' && runId === this.away) {
      const facts = { runId, value: 'values', url: 's3://b' };
      throw new StoreValueUnavailableError(facts, 'written', 'away');
    }
    const wait = this.before(call);
    return wait ? wait.then(work) : work();
  }
}
