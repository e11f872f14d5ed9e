import { type ClaimOutcome, type GrantedLease, leaseFor, type RunClaim } from '../run-lease.js';
import type { RunRecord } from '../run-record.js';
import type { PostgresParts } from './postgres-access.js';
import type { FullRow } from './postgres-reader.js';
import type { Session } from './postgres-session.js';

/** Columns that a lease sets, in the order of {@link valuesOf}. */
const COLUMNS = [
  'status',
  'attempt',
  'epoch',
  'owner_host',
  'owner_pid',
  'owner_started_at',
  'lease_expires_at',
  'started_at',
  'undo',
];

/**
 * Makes a process the owner of a run, by the rule that all stores share: it is read, decided upon, and written only if it is still what was
 * decided upon. Nobody holds a lock while this process thinks.
 */
export async function claimRun(parts: PostgresParts, runId: string, claim: RunClaim): Promise<ClaimOutcome> {
  return parts.connection.run(async (session, isInDoubt): Promise<ClaimOutcome> => {
    for (;;) {
      const known = await recordOf(parts, session, runId);
      if (!known) return { claimed: false, reason: 'not_found' };
      // An earlier try was written, and only the answer to it was lost.
      if (isInDoubt && isHeldBy(known, claim)) return claimed(parts, session, known);
      const lease = leaseFor(known, claim);
      if (typeof lease === 'string') return { claimed: false, reason: lease };
      const { count } = await session.execute(parts.statements.grantLease(COLUMNS), [
        runId,
        known.epoch ?? 0,
        known.status,
        known.lease_expires_at ?? 0,
        ...valuesOf(lease),
      ]);
      if (count > 0) return claimed(parts, session, { ...known, ...lease });
    }
  });
}

async function recordOf(
  { statements, reader }: PostgresParts,
  session: Session,
  id: string,
): Promise<RunRecord | undefined> {
  const { rows } = await session.execute<FullRow>(statements.selectRun(), [id]);
  return rows[0] && reader.record(session, rows[0]);
}

function valuesOf({ owner, status, attempt, epoch, lease_expires_at, started_at, undo }: GrantedLease): unknown[] {
  const { host, pid, started_at: processStartedAt } = owner;
  return [status, attempt, epoch, host, pid, processStartedAt, lease_expires_at, started_at, undo ?? null];
}

function isHeldBy(run: RunRecord, { owner, leaseMs, now }: RunClaim): boolean {
  return (
    run.lease_expires_at === now + leaseMs &&
    run.owner?.host === owner.host &&
    run.owner.pid === owner.pid &&
    run.owner.started_at === owner.started_at
  );
}

/** The last number is read after the lease is granted: from then on the earlier owner adds nothing. */
async function claimed({ statements }: PostgresParts, session: Session, run: RunRecord): Promise<ClaimOutcome> {
  const { rows } = await session.execute<{ seq: number | null }>(statements.selectLastSeq(), [run.id]);
  return { claimed: true, run, lastSeq: rows[0]?.seq ?? 0 };
}
