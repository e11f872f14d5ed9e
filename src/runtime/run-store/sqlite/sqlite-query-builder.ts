import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { RunQueryBuilder } from '../run-queries.js';

/**
 * Kysely for SQLite's words. It only compiles: executing is the connection's, at once and in the order of the calls, where Kysely's own
 * drivers answer with promises between which another call could slip into a transaction.
 */
export function sqliteQueryBuilder(): RunQueryBuilder {
  return new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}
