import type {
  ClaimOutcome,
  CommitOutcome,
  MaybePromise,
  MemoryRunStore,
  RunClaim,
  RunCommit,
  RunStore,
} from '../../src/index.js';
import type { Kit } from './kit.js';
import type { World } from './world.js';

/** A store that watches which owners it lets write, and to whom it gives runs. `truth` is what lies behind `inner`. */
export function observedStore(
  { DecoratedRunStore }: Kit,
  inner: RunStore,
  truth: MemoryRunStore,
  world: World,
): RunStore {
  return new (class extends DecoratedRunStore {
    override commit(runId: string, epoch: number, commit: RunCommit): MaybePromise<CommitOutcome> {
      const before = truth.get(runId)?.epoch;
      const answer = super.commit(runId, epoch, commit);
      if (answer instanceof Promise) throw new Error('the store that is watched answers at once');
      if (answer === 'committed' && before !== epoch)
        world.broken(`a commit of epoch ${epoch} counts in epoch ${before}`);
      return answer;
    }

    override claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome> {
      const { lease_expires_at = 0 } = truth.get(runId) ?? {};
      const answer = super.claim(runId, claim);
      if (answer instanceof Promise) throw new Error('the store that is watched answers at once');
      if (answer.claimed && lease_expires_at > claim.now)
        world.broken(`${claim.owner.host} gets a run whose lease goes on`);
      return answer;
    }
  })(inner);
}
