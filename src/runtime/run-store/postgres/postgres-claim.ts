import { type ClaimOutcome, type GrantedLease, leaseFor, type RunClaim } from '../run-lease.js';
import type { RunRecord } from '../run-record.js';
import type { Cell } from '../row-writer.js';
import { RunRows } from '../run-rows.js';
import type { StoredValues } from '../stored-values.js';
import { type FoundBlobs, keysOf } from './found-blobs.js';
import type { PostgresParts } from './postgres-parts.js';
import { type FullRow, textsOfRun } from './run-texts.js';
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

interface Try {
  readonly runId: string;
  readonly claim: RunClaim;
  readonly isInDoubt: boolean;
  /** Large values of the run, as far as they have been fetched. */
  readonly fetched: Fetched | undefined;
}

interface Fetched {
  readonly keys: string;
  readonly values: StoredValues;
}

/** A try that needs large values first. */
interface Unready {
  readonly needed: FoundBlobs;
  readonly isInDoubt: boolean;
}

/**
 * Makes a process the owner of a run, by the rule that all stores share: it is read, decided upon, and written only if it is still what was
 * decided upon. Nobody holds a lock while this process thinks, or a connection while it fetches large values. Those are fetched first: who owns a
 * run must be able to begin.
 */
export async function claimRun(parts: PostgresParts, runId: string, claim: RunClaim): Promise<ClaimOutcome> {
  let fetched: Fetched | undefined;
  let wasInDoubt = false;
  for (;;) {
    const outcome = await parts.connection.run((session, isInDoubt) =>
      tryClaim(parts, session, { runId, claim, isInDoubt: isInDoubt || wasInDoubt, fetched }),
    );
    if ('claimed' in outcome) return outcome;
    wasInDoubt = outcome.isInDoubt;
    fetched = { keys: keysOf(outcome.needed).join(), values: await parts.reader.values(outcome.needed) };
  }
}

async function tryClaim(parts: PostgresParts, session: Session, attempt: Try): Promise<ClaimOutcome | Unready> {
  const { runId, claim, isInDoubt } = attempt;
  for (;;) {
    const known = await recordOf(parts, session, attempt);
    if (!known) return { claimed: false, reason: 'not_found' };
    if ('needed' in known) return known;
    // An earlier try was written, and only the answer to it was lost.
    if (isInDoubt && isHeldBy(known, claim)) return claimed(parts, session, known);
    const lease = leaseFor(known, claim);
    if (typeof lease === 'string') return { claimed: false, reason: lease };
    const count = await session.write(parts.statements.grantLease(COLUMNS), [
      runId,
      known.epoch ?? 0,
      known.status,
      known.lease_expires_at ?? 0,
      ...valuesOf(lease),
    ]);
    if (count > 0) return claimed(parts, session, { ...known, ...lease });
  }
}

async function recordOf(
  { statements, reader }: PostgresParts,
  session: Session,
  { runId, fetched, isInDoubt }: Try,
): Promise<RunRecord | Unready | undefined> {
  const { rows } = await session.execute<FullRow>(statements.selectRun(), [runId]);
  const [full] = rows;
  if (!full) return undefined;
  const found = await reader.find(session, textsOfRun(full));
  const isFetched = fetched?.keys === keysOf(found).join();
  if (!isFetched && found.rows.some(({ content }) => content === null)) return { needed: found, isInDoubt };
  const { params, result, ...row } = full;
  return new RunRows(isFetched ? fetched.values : await reader.values(found)).record(row, params, result);
}

function valuesOf({ owner, status, attempt, epoch, lease_expires_at, started_at, undo }: GrantedLease): Cell[] {
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
