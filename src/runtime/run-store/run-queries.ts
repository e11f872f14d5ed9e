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
const OPEN = ['pending', 'running'] as const;

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

/** Ids of up to `limit` runs that may be removed. */
export function prunableQuery(
  builder: RunQueryBuilder,
  { olderThanMs, status, keep = 0, now = Date.now() }: PruneRequest,
  limit: number,
): CompiledQuery {
  const states = FINAL.filter((final) => status === undefined || final === status);
  const kept = builder.selectFrom('runs').select('id').where('status', 'in', states).orderBy('id', 'desc').limit(keep);
  return builder
    .selectFrom('runs')
    .select('id')
    .where('status', 'in', states)
    .where('lease_expires_at', 'is', null)
    .$if(olderThanMs !== undefined, (query) => query.where('ended_at', '<', now - (olderThanMs ?? 0)))
    .$if(keep > 0, (query) => query.where('id', 'not in', kept))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('runs as parents')
            .select('parents.id')
            .whereRef('parents.id', '=', 'runs.parent_id')
            .where('parents.status', 'in', OPEN),
        ),
      ),
    )
    .limit(limit)
    .compile();
}
