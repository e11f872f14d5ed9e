import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { changeFor, type CommitOutcome, type NewJournalEntry, refusalOf, type RunCommit } from '../run-journal.js';
import { isFinal, type RunChange, type RunRecord } from '../run-record.js';
import type { Cell, ColumnValues, LogRow } from '../row-writer.js';
import type { RunRow } from '../run-rows.js';
import { writeRun } from './postgres-access.js';
import { type PostgresParts, writerOf } from './postgres-parts.js';
import { isTaken, type Session } from './postgres-session.js';
import { GROUPED_COLUMNS } from './postgres-statements.js';
import type { GroupedWrite } from './write-groups.js';

/** What decides whether a run can be written. */
type RunState = Pick<RunRow, 'status' | 'epoch' | 'undo' | 'ended_at'>;

/** Refusals are told from what the run has become; a run that changes under each try of these is not to be believed. */
const MAX_COMMIT_TRIES = 5;

/** @throws UsageError when the id is taken. */
export async function createRun(
  parts: PostgresParts,
  record: RunRecord,
  entries: readonly NewJournalEntry[],
): Promise<void> {
  const { id } = record;
  const writer = writerOf(parts);
  const cells = writer.inserted(record);
  const [log] = writer.logged(record.epoch ?? 0, entries, []).map(logValues);
  const isNew = await writeRun(parts, {
    runId: id,
    writer,
    statements: 1,
    hasWritten: (isWritten: boolean) => isWritten,
    grouped: log
      ? undefined
      : {
          make: () => ({ kind: 'create', values: cells, statementFor: (count) => parts.statements.insertRuns(count) }),
          written: true,
        },
    work: async (session, isInDoubt) => {
      const isWritten = await insertRun(parts, session, { cells, log, isAlone: writer.blobs.isEmpty });
      return isWritten || (isInDoubt && (await isCreated(parts, session, record)));
    },
  });
  if (!isNew) throw new UsageError(`A run with the id '${id}' exists already. Leave the id out to get a new one.`);
}

interface NewRow {
  readonly cells: readonly Cell[];
  readonly log: readonly Cell[] | undefined;
  /** Whether the statement is a transaction of its own: an error within a larger one ends all of it. */
  readonly isAlone: boolean;
}

/** @returns Whether the id was free. */
async function insertRun(
  { statements }: PostgresParts,
  session: Session,
  { cells, log, isAlone }: NewRow,
): Promise<boolean> {
  if (!isAlone || log) {
    return (await session.write(statements.insertRun(log !== undefined), [...cells, ...(log ?? [])])) > 0;
  }
  try {
    return (await session.write(statements.insertNewRun(), cells)) > 0;
  } catch (thrown) {
    if (isTaken(thrown)) return false;
    throw thrown;
  }
}

/** Changes a run that is not final; resolves to whether it was. */
export async function updateRun(parts: PostgresParts, id: string, change: RunChange): Promise<boolean> {
  const writer = writerOf(parts);
  const { columns, values } = writer.changed(change);
  return writeRun(parts, {
    runId: id,
    writer,
    statements: 1,
    hasWritten: (isWritten: boolean) => isWritten,
    work: async (session, isInDoubt) => {
      if (columns.length === 0) return isOpen(await stateOf(parts, session, id));
      const count = await session.write(parts.statements.updateRun(columns), [id, ...values]);
      return count > 0 || (isInDoubt && isOwnEnd(await stateOf(parts, session, id), change));
    },
  });
}

/** Adds events to a run's log. */
export async function appendEvents(parts: PostgresParts, runId: string, events: readonly RunEvent[]): Promise<void> {
  const writer = writerOf(parts);
  const rows = writer.logged(0, [], events).map(logValues);
  await writeRun(parts, {
    runId,
    writer,
    statements: rows.length,
    hasWritten: (count: number) => count > 0,
    work: async (session) => {
      let written = 0;
      for (const row of rows) written += await session.write(parts.statements.append(), [runId, ...row]);
      return written;
    },
  });
}

/** Writes a commit in one statement, which decides by itself; only one that was refused asks why. */
export async function commitRun(
  parts: PostgresParts,
  runId: string,
  epoch: number,
  commit: RunCommit,
): Promise<CommitOutcome> {
  const { entries = [], change = {}, events = [] } = commit;
  const writer = writerOf(parts);
  const [log, ...furtherRows] = writer.logged(epoch, entries, events).map(logValues);
  const open = writer.changed(change);
  const isWritten = async (session: Session, state: RunState | undefined): Promise<boolean> => {
    const isOver = state !== undefined && isFinal(state.status);
    const { columns, values } = isOver ? writer.changed(changeFor(state, change)) : open;
    const shape = { columns, hasLog: log !== undefined, guard: isOver ? 'undoing' : 'open' } as const;
    const count = await session.write(parts.statements.commit(shape), [runId, epoch, ...values, ...(log ?? [])]);
    if (count === 0) return false;
    for (const row of furtherRows) await session.write(parts.statements.append(), [runId, ...row]);
    return true;
  };
  return writeRun(parts, {
    runId,
    writer,
    statements: 1 + furtherRows.length,
    hasWritten: (outcome: CommitOutcome) => outcome === 'committed',
    grouped: log && { make: () => groupedCommit(parts, [runId, epoch], open, log), written: 'committed' },
    work: async (session, isInDoubt) => {
      let state: RunState | undefined;
      for (let tries = 0; tries < MAX_COMMIT_TRIES; tries++) {
        if (await isWritten(session, state)) return 'committed';
        state = await stateOf(parts, session, runId);
        const refusal = refusalOf(knownOf(state), epoch);
        const isOwn = isInDoubt && (state?.epoch ?? 0) === epoch && isOwnEnd(state, change);
        if (refusal) return isOwn ? 'committed' : refusal;
      }
      return 'stale_epoch';
    },
  });
}

/** The commit as one of several, where it sets no column that those do not know. */
function groupedCommit(
  { statements }: PostgresParts,
  run: readonly unknown[],
  { columns, values }: ColumnValues,
  log: readonly Cell[],
): Omit<GroupedWrite, 'runId'> | undefined {
  const cells = new Map(columns.map((column, index) => [column, values[index]]));
  const endsLease = cells.delete('lease_expires_at');
  const known = GROUPED_COLUMNS.map((column) => cells.get(column) ?? null);
  if (known.filter((cell) => cell !== null).length < cells.size) return undefined;
  return {
    kind: 'commit',
    values: [...run, ...known, endsLease, ...log],
    statementFor: (count) => statements.commits(count),
  };
}

/** In the order in which the statements take them. */
function logValues({ epoch, attempt, firstSeq, lastSeq, events, entries }: LogRow): readonly Cell[] {
  return [epoch, attempt, firstSeq, lastSeq, events, entries];
}

async function stateOf({ statements }: PostgresParts, session: Session, id: string): Promise<RunState | undefined> {
  return (await session.execute<RunState>(statements.selectState(), [id])).rows[0];
}

function knownOf(state: RunState | undefined): Parameters<typeof refusalOf>[0] {
  return state && { status: state.status, epoch: state.epoch ?? undefined, undo: state.undo ?? undefined };
}

function isOpen(state: RunState | undefined): boolean {
  return state !== undefined && !isFinal(state.status);
}

/** Whether a run is over just as `change` says: then it was that change, and only the answer to it was lost. */
function isOwnEnd(state: RunState | undefined, { status, ended_at, undo }: RunChange): boolean {
  if (!state || isOpen(state)) return false;
  if (status !== undefined) return state.status === status && state.ended_at === (ended_at ?? null);
  return undo !== undefined && undo !== 'pending' && state.undo === undo;
}

/** Whether a run that is there already is this one: then it was made, and only the answer to it was lost. */
async function isCreated(parts: PostgresParts, session: Session, record: RunRecord): Promise<boolean> {
  const { rows } = await session.execute<RunRow>(parts.statements.selectRun(), [record.id]);
  const found = rows[0];
  const { created_at, idempotency_key, owner } = record;
  return (
    found !== undefined &&
    found.created_at === created_at &&
    found.idempotency_key === idempotency_key &&
    found.owner_pid === (owner?.pid ?? null) &&
    found.owner_host === (owner?.host ?? null)
  );
}
