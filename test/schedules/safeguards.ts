import type {
  JournalEntry,
  MaybePromise,
  MemoryRunStore,
  NewJournalEntry,
  RunClaim,
  RunCommit,
  RunEvent,
  RunStore,
} from '../../src/index.js';
import type { Kit } from './kit.js';

/** What protects runs. Each can be taken away, to see that its absence is noticed. */
export type Safeguard = 'epoch check' | 'undo order' | 'next-step pointer' | 'dedupe' | 'lease';

/** A store without one of its safeguards. */
export function storeWithout(kit: Kit, safeguard: Safeguard, store: MemoryRunStore): RunStore {
  switch (safeguard) {
    case 'epoch check':
      return withoutEpochs(kit, store);
    case 'undo order':
      return withoutOrder(kit, store);
    case 'next-step pointer':
      return withoutPointer(kit, store);
    case 'dedupe':
      return withoutDedupe(kit, store);
    case 'lease':
      return withoutLeases(kit, store);
  }
}

/** Whoever commits or renews counts as the owner. */
function withoutEpochs({ DecoratedRunStore }: Kit, store: MemoryRunStore): RunStore {
  return new (class extends DecoratedRunStore {
    override commit(runId: string, epoch: number, commit: RunCommit) {
      return super.commit(runId, store.get(runId)?.epoch ?? epoch, commit);
    }
    override renew(runId: string, epoch: number, expiresAt: number) {
      return super.renew(runId, store.get(runId)?.epoch ?? epoch, expiresAt);
    }
  })(store);
}

/** Whoever takes a run over finds its steps in another order. */
function withoutOrder({ DecoratedRunStore }: Kit, store: MemoryRunStore): RunStore {
  return new (class extends DecoratedRunStore {
    override journal(runId: string): MaybePromise<readonly JournalEntry[]> {
      const entries = store.journal(runId);
      const steps = entries.filter(({ kind }) => kind === 'step');
      const last = steps.at(-1);
      // The pointer stays what it is: only the order changes.
      const pointer = (last?.result as { next?: unknown } | undefined)?.next;
      const reversed = steps
        .toReversed()
        .map((entry) => ({ ...entry, result: { ...(entry.result as object), next: pointer } }));
      return [...reversed, ...entries.filter(({ kind }) => kind !== 'step')];
    }
  })(store);
}

/** No commit says what comes next. */
function withoutPointer({ DecoratedRunStore }: Kit, store: MemoryRunStore): RunStore {
  const pointless = (entry: NewJournalEntry): NewJournalEntry =>
    entry.kind === 'step' ? { ...entry, result: { ...(entry.result as object), next: undefined } } : entry;
  return new (class extends DecoratedRunStore {
    override commit(runId: string, epoch: number, commit: RunCommit) {
      return super.commit(runId, epoch, {
        ...commit,
        entries: commit.entries?.map(pointless),
        change: { ...commit.change, next_steps: undefined },
      });
    }
  })(store);
}

/** What comes twice is there twice. */
function withoutDedupe({ DecoratedRunStore }: Kit, store: MemoryRunStore): RunStore {
  const events: RunEvent[] = [];
  const entries: JournalEntry[] = [];
  return new (class extends DecoratedRunStore {
    override append(runId: string, more: readonly RunEvent[]) {
      events.push(...more);
      return super.append(runId, more);
    }
    override commit(runId: string, epoch: number, commit: RunCommit) {
      const answer = store.commit(runId, epoch, commit);
      if (answer === 'committed') {
        events.push(...(commit.events ?? []));
        entries.push(...(commit.entries ?? []).map((entry) => ({ ...entry, epoch })));
      }
      return answer;
    }
    override events(_runId: string, afterSeq = 0) {
      return events.filter(({ seq }) => seq > afterSeq);
    }
    override journal() {
      return entries;
    }
  })(store);
}

/** A run can be had at any time. */
function withoutLeases({ DecoratedRunStore }: Kit, store: MemoryRunStore): RunStore {
  return new (class extends DecoratedRunStore {
    override claim(runId: string, claim: RunClaim) {
      const { epoch = 0 } = store.get(runId) ?? {};
      store.renew(runId, epoch, 0);
      return super.claim(runId, claim);
    }
    override expired(_now: number, limit?: number) {
      return super.expired(Number.MAX_SAFE_INTEGER, limit);
    }
  })(store);
}
