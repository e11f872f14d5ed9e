import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { changeFor, type CommitOutcome, type NewJournalEntry, refusalOf, type RunCommit } from '../run-journal.js';
import { isFinal, type RunChange, type RunRecord } from '../run-record.js';
import type { Cell, ColumnValues, LogRow, RowWriter } from '../row-writer.js';
import type { RunRow } from '../run-rows.js';
import { writeRun } from './postgres-access.js';
import type { LoneWrite, SessionWork } from './postgres-connection.js';
import { type PostgresParts, writerOf } from './postgres-parts.js';
import { isTaken, type Session } from './postgres-session.js';
import { type CommitGuard, GROUPED_COLUMNS } from './postgres-statements.js';
import type { GroupedWrite } from './write-groups.js';
import type { PreparedStatement } from './write-statement.js';

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
  const row: NewRow = {
    cells: writer.inserted(record),
    log: writer.logged(record.epoch ?? 0, entries, []).map(logValues)[0],
    isAlone: writer.blobs.isEmpty,
  };
  const isNew = await (insertAtOnce(parts, record, row) ?? insertInTurn(parts, record, writer, row));
  if (!isNew) throw new UsageError(`A run with the id '${id}' exists already. Leave the id out to get a new one.`);
}

interface NewRow {
  readonly cells: readonly Cell[];
  readonly log: readonly Cell[] | undefined;
  /** Whether the statement is a transaction of its own: an error within a larger one ends all of it. */
  readonly isAlone: boolean;
}

/** @returns Whether the id was free; undefined where the server is not, and nothing was sent. */
function insertAtOnce(parts: PostgresParts, record: RunRecord, row: NewRow): Promise<boolean> | undefined {
  if (!row.isAlone || row.log) return undefined;
  const { connection, groups, statements } = parts;
  const { closing } = connection;
  const write = { statement: statements.insertNewRun(), values: row.cells };
  const sent = groups.sendAtOnce({ ...write, written: true, refused: () => Promise.resolve(false) });
  return sent?.catch((thrown: unknown) => {
    if (isTaken(thrown)) return false;
    return connection.goOn(insertWork(parts, record, row), { thrown, closing });
  });
}

function insertInTurn(parts: PostgresParts, record: RunRecord, writer: RowWriter, row: NewRow): Promise<boolean> {
  const { cells, log } = row;
  return writeRun(parts, {
    runId: record.id,
    writer,
    statements: 1,
    hasWritten: (isWritten: boolean) => isWritten,
    grouped: log
      ? undefined
      : {
          make: () => ({ kind: 'create', values: cells, statementFor: (count) => parts.statements.insertRuns(count) }),
          written: true,
        },
    work: insertWork(parts, record, row),
  });
}

function insertWork(parts: PostgresParts, record: RunRecord, row: NewRow): SessionWork<boolean> {
  return async (session, isInDoubt) =>
    (await insertRun(parts, session, row)) || (isInDoubt && (await isCreated(parts, session, record)));
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

/** A commit, as it is to be written. */
interface CommitWrite {
  readonly runId: string;
  readonly epoch: number;
  readonly change: RunChange;
  readonly writer: RowWriter;
  /** What it changes about a run that is open. */
  readonly changed: ColumnValues;
  /** Values of its rows of the log; one at most goes into its statement. */
  readonly log: readonly (readonly Cell[])[];
}

/** Writes a commit in one statement, which decides by itself; only one that was refused asks why. */
export async function commitRun(
  parts: PostgresParts,
  runId: string,
  epoch: number,
  { entries = [], change = {}, events = [] }: RunCommit,
): Promise<CommitOutcome> {
  const { connection, groups } = parts;
  const { closing } = connection;
  const writer = writerOf(parts);
  const log = writer.logged(epoch, entries, events).map(logValues);
  const write: CommitWrite = { runId, epoch, change, writer, changed: writer.changed(change), log };
  const isOne = writer.blobs.isEmpty && log.length <= 1;
  const sent = isOne ? groups.sendAtOnce(loneCommit(parts, write)) : undefined;
  if (!sent) return commitInTurn(parts, write);
  try {
    return await sent;
  } catch (thrown) {
    return connection.goOn(commitWork(parts, write), { thrown, closing });
  }
}

function loneCommit(parts: PostgresParts, write: CommitWrite): LoneWrite<CommitOutcome> {
  const [statement, values] = commitStatement(parts, write, write.changed, 'open');
  return { statement, values, written: 'committed', refused: (session) => commitAfterAll(parts, session, write) };
}

function commitInTurn(parts: PostgresParts, write: CommitWrite): Promise<CommitOutcome> {
  const { runId, writer, log } = write;
  return writeRun(parts, {
    runId,
    writer,
    statements: Math.max(1, log.length),
    hasWritten: (outcome: CommitOutcome) => outcome === 'committed',
    grouped: log.length === 0 ? undefined : { make: () => groupedCommit(parts, write), written: 'committed' },
    work: commitWork(parts, write),
  });
}

function commitWork(parts: PostgresParts, write: CommitWrite): SessionWork<CommitOutcome> {
  return async (session, isInDoubt) => {
    if (await tryCommit(parts, session, write)) return 'committed';
    return commitAfterAll(parts, session, write, isInDoubt);
  };
}

/** Asks what has become of a run that did not take a commit, and commits where that allows for it. */
async function commitAfterAll(
  parts: PostgresParts,
  session: Session,
  write: CommitWrite,
  isInDoubt = false,
): Promise<CommitOutcome> {
  const { runId, epoch, change } = write;
  for (let tries = 1; tries < MAX_COMMIT_TRIES; tries++) {
    const state = await stateOf(parts, session, runId);
    const refusal = refusalOf(knownOf(state), epoch);
    const isOwn = isInDoubt && (state?.epoch ?? 0) === epoch && isOwnEnd(state, change);
    if (refusal) return isOwn ? 'committed' : refusal;
    if (await tryCommit(parts, session, write, state)) return 'committed';
  }
  return 'stale_epoch';
}

/**
 * Writes a commit where the run takes it, and says whether it did.
 *
 * @param state - What the run was found to be when an earlier try wrote nothing.
 */
async function tryCommit(
  parts: PostgresParts,
  session: Session,
  write: CommitWrite,
  state?: RunState,
): Promise<boolean> {
  const isOver = state !== undefined && isFinal(state.status);
  const changed = isOver ? write.writer.changed(changeFor(state, write.change)) : write.changed;
  const count = await session.write(...commitStatement(parts, write, changed, isOver ? 'undoing' : 'open'));
  if (count === 0) return false;
  for (const row of write.log.slice(1)) await session.write(parts.statements.append(), [write.runId, ...row]);
  return true;
}

function commitStatement(
  { statements }: PostgresParts,
  { runId, epoch, log: [log] }: CommitWrite,
  { columns, values }: ColumnValues,
  guard: CommitGuard,
): [PreparedStatement, readonly Cell[]] {
  const statement = statements.commit({ columns, hasLog: log !== undefined, guard });
  return [statement, [runId, epoch, ...values, ...(log ?? [])]];
}

/** The commit as one of several, where it sets no column that those do not know. */
function groupedCommit(
  { statements }: PostgresParts,
  { runId, epoch, changed: { columns, values }, log: [log = []] }: CommitWrite,
): Omit<GroupedWrite, 'runId'> | undefined {
  const cells = new Map(columns.map((column, index) => [column, values[index]]));
  const endsLease = cells.delete('lease_expires_at');
  const known = GROUPED_COLUMNS.map((column) => cells.get(column) ?? null);
  if (known.filter((cell) => cell !== null).length < cells.size) return undefined;
  return {
    kind: 'commit',
    values: [runId, epoch, ...known, endsLease, ...log],
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
