import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { RunQueryBuilder } from '../run-queries.js';

/** Kysely for the words of Postgres, in a schema. It only compiles: executing is the connection's, with its retries. */
export function postgresQueryBuilder(schema: string): RunQueryBuilder {
  const builder: RunQueryBuilder = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return builder.withSchema(schema);
}
