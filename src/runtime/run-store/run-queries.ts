import type { CompiledQuery, Kysely } from 'kysely';
import { RUN_COLUMNS, type RunRow } from './run-rows.js';
import type { PruneRequest, RunFilter } from './run-store.interface.js';

/** The tables of a run store, as Kysely knows them. */
export interface RunTables {
  readonly runs: RunRow & { readonly result: string | null };
}

/** Builds statements; whoever has a connection executes them. */
export type RunQueryBuilder = Kysely<RunTables>;

const MAX_ROWS = 1_000;
const FINAL = ['completed', 'failed', 'cancelled'] as const;

/** The runs that a filter lets through, newest first. */
export function listQuery(
  builder: RunQueryBuilder,
  { plugin, action, status, since, parentId, limit = 100 }: RunFilter,
): CompiledQuery {
  return builder
    .selectFrom('runs')
    .select(RUN_COLUMNS)
    .$if(plugin !== undefined, (query) => query.where('plugin', '=', plugin ?? ''))
    .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'pending'))
    .$if(since !== undefined, (query) => query.where('created_at', '>=', since ?? 0))
    .$if(parentId !== undefined, (query) => query.where('parent_id', '=', parentId ?? ''))
    .orderBy('id', 'desc')
    .limit(Math.min(limit, MAX_ROWS))
    .compile();
}

/**
 * Ids of up to `limit` runs that may be removed. The children of a run go when it goes, and before it: what it has done, and what an undo of
 * it needs, is in them.
 */
export function prunableQuery(
  builder: RunQueryBuilder,
  { olderThanMs, status, keep = 0, now = Date.now() }: PruneRequest,
  limit: number,
): CompiledQuery {
  const states = FINAL.filter((final) => status === undefined || final === status);
  const kept = builder
    .selectFrom('runs as others')
    .leftJoin('runs as their_heads', 'their_heads.id', 'others.parent_id')
    .select('others.id')
    .where('their_heads.id', 'is', null)
    .where('others.status', 'in', states)
    .orderBy('others.id', 'desc')
    .limit(keep);
  return builder
    .selectFrom('runs')
    .leftJoin('runs as heads', 'heads.id', 'runs.parent_id')
    .select('runs.id')
    .where('runs.status', 'in', FINAL)
    .where('runs.lease_expires_at', 'is', null)
    .where('heads.lease_expires_at', 'is', null)
    .where(({ fn }) => fn.coalesce('heads.status', 'runs.status'), 'in', states)
    .$if(olderThanMs !== undefined, (query) =>
      query.where(({ fn }) => fn.coalesce('heads.ended_at', 'runs.ended_at'), '<', now - (olderThanMs ?? 0)),
    )
    .$if(keep > 0, (query) => query.where(({ fn }) => fn.coalesce('heads.id', 'runs.id'), 'not in', kept))
    .orderBy('heads.id', (order) => order.desc().nullsLast())
    .limit(limit)
    .compile();
}
