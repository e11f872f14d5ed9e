import { postgresPrograms, PostgresServer } from '../../test/integration/postgres/postgres-server.ts';
import { BenchSkip } from './row.mjs';

/** A private Postgres whose commits wait for the disk. @throws BenchSkip on a machine without. */
export async function startPostgres() {
  if (!postgresPrograms()) throw new BenchSkip('needs Postgres: neither initdb nor postgres is here');
  return PostgresServer.start({ isDurable: true });
}
