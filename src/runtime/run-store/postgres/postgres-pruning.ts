import type { CompiledQuery } from 'kysely';
import { prunableQuery, type RunQueryBuilder } from '../run-queries.js';
import { isFinal } from '../run-record.js';
import type { PruneReport, PruneRequest } from '../run-store.interface.js';
import type { PostgresParts } from './postgres-parts.js';
import type { Session } from './postgres-session.js';

const PRUNED_AT_ONCE = 100;

/** Removes finished runs, some at a time, so that nobody waits for long; then the large values that nothing refers to any more. */
export async function pruneRuns(
  parts: PostgresParts,
  builder: RunQueryBuilder,
  request: PruneRequest,
): Promise<PruneReport> {
  const { connection, objects } = parts;
  await objects?.check(); // while all runs are there
  const query = prunableQuery(builder, { ...request, now: request.now ?? Date.now() }, PRUNED_AT_ONCE);
  const isVain = request.status !== undefined && !isFinal(request.status);
  let runs = 0;
  while (!isVain) {
    const removed = await connection.transaction((session) => removeSome(parts, session, query));
    runs += removed.length;
    if (removed.length > 0) request.onRemoved?.(removed);
    if (removed.length < PRUNED_AT_ONCE) break;
  }
  return { runs, ...(await sweepValues(parts)) };
}

async function sweepValues({ connection, blobStatements, objects }: PostgresParts): Promise<Omit<PruneReport, 'runs'>> {
  const texts = await connection.transaction(async (session) => {
    await session.execute(blobStatements.lock('exclusive'));
    const { rows } = await session.execute<{ isText: boolean }>(blobStatements.sweep());
    return rows.filter(({ isText }) => isText).length;
  });
  const { removed = 0, left } = (await objects?.sweep()) ?? {};
  return { blobs: texts + removed, ...(left && { left }) };
}

async function removeSome(
  { statements }: PostgresParts,
  session: Session,
  query: CompiledQuery,
): Promise<readonly string[]> {
  const { rows } = await session.execute<{ id: string }>({ text: query.sql }, query.parameters);
  if (rows.length === 0) return [];
  const found = await session.execute<{ key: number; id: string }>(statements.lockRuns(), [rows.map(({ id }) => id)]);
  const keys = found.rows.map(({ key }) => key);
  for (const deletion of statements.deletions()) await session.execute(deletion, [keys]);
  return found.rows.map(({ id }) => id);
}
