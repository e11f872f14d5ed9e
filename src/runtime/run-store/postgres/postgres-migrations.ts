import { UsageError } from '../../../foundation/errors/run.errors.js';
import { StoreCorruptError, StoreVersionError } from '../../../foundation/errors/store.errors.js';
import { codeOfFault } from './postgres-faults.js';
import { DriverFault, inTransaction, type Session } from './postgres-session.js';
import type { PostgresTarget } from './postgres-target.js';

/**
 * The schema, one step a version; a step that has been released never changes. `$schema` stands for the schema's quoted name.
 *
 * A write of a run is one row of `run_log`, whatever it holds, since each row and each entry of an index costs the server about a tenth of
 * a commit. `key` is what other rows name a run by: a quarter of the id's length. Pages of `runs` are left half empty, so that a commit
 * finds room for the row's next version beside the last, and touches no index. Writes of a run are told apart by their time, since drawing
 * from a sequence costs as much as an index does.
 *
 * A large value is a text in `blobs`, or an object that `object_key` names. `blob_uploads` has the keys of objects that are being written.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE $schema.runs (
     key bigint GENERATED ALWAYS AS IDENTITY, id text COLLATE "C" PRIMARY KEY, plugin text NOT NULL, action text NOT NULL,
     mode text NOT NULL, created_at bigint NOT NULL, idempotency_key text NOT NULL, job_id text, parent_id text COLLATE "C",
     plugin_path text, plugin_hash text, forked_from text, params text,
     owner_host text, owner_pid bigint, owner_started_at bigint, started_at bigint, attempt integer NOT NULL, epoch integer,
     lease_expires_at bigint, cancel_requested text, ended_at bigint, undo text, status text NOT NULL, progress double precision,
     next_steps text, error text, result text
   ) WITH (fillfactor = 50);
   CREATE INDEX open_runs ON $schema.runs (lease_expires_at) WHERE status IN ('pending', 'running') OR lease_expires_at IS NOT NULL;
   CREATE INDEX child_runs ON $schema.runs (parent_id) WHERE parent_id IS NOT NULL;
   CREATE TABLE $schema.run_log (
     run_key bigint NOT NULL, written_at timestamptz NOT NULL DEFAULT clock_timestamp(), last_seq integer NOT NULL, first_seq integer NOT NULL,
     attempt integer NOT NULL, epoch integer NOT NULL, entries text, events text
   );
   CREATE INDEX log_of_runs ON $schema.run_log (run_key, last_seq);
   CREATE TABLE $schema.blobs (hash text COLLATE "C" PRIMARY KEY, content text NOT NULL);
   CREATE TABLE $schema.blob_uses (hash text COLLATE "C", run_key bigint, PRIMARY KEY (run_key, hash));
   CREATE INDEX uses_of_blobs ON $schema.blob_uses (hash);`,
  `ALTER TABLE $schema.blobs ALTER COLUMN content DROP NOT NULL, ADD COLUMN storage text, ADD COLUMN object_key text COLLATE "C",
     ADD COLUMN object_bytes bigint, ADD CHECK (content IS NOT NULL OR object_key IS NOT NULL);
   CREATE UNIQUE INDEX objects_of_blobs ON $schema.blobs (object_key) WHERE object_key IS NOT NULL;
   CREATE TABLE $schema.blob_uploads (object_key text COLLATE "C" PRIMARY KEY, reserved_at timestamptz NOT NULL DEFAULT now());
   ALTER TABLE $schema.schema_version ADD COLUMN store_id text NOT NULL DEFAULT gen_random_uuid();`,
];

const DUPLICATE_TABLE = '42P07';
const NOT_THERE = ['42P01', '3F000'];

/** How far {@link migrate} goes. */
export interface MigrationOptions {
  /** Whether tables are made where there are none. @defaultValue true */
  readonly createTables?: boolean;
  readonly migrations?: readonly string[];
}

/**
 * Brings a schema to the newest version, or leaves it exactly as it is. Of several processes that start at once, one does it and the others
 * wait for it.
 *
 * @throws {@link StoreVersionError} for a schema of a newer version, {@link StoreCorruptError} for another application's,
 * {@link UsageError} for none where none may be made.
 */
export async function migrate(
  session: Session,
  target: PostgresTarget,
  { createTables = true, migrations = MIGRATIONS }: MigrationOptions = {},
): Promise<void> {
  const known = migrations.length;
  const version = await versionOf(session, target, known);
  if (version === known) return;
  if (version === 0 && !createTables) {
    throw new UsageError(
      `There is no run store in ${target.location}. Name the database and schema that were given to --store for the run.`,
    );
  }
  await inTransaction(session, async () => {
    await session.execute({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))' }, [
      `nest-synapse ${target.schema}`,
    ]);
    await refuseOtherEncodings(session, target);
    await createSchema(session, target.schema);
    // Again, under the lock: another process may have done it meanwhile.
    const found = await versionOf(session, target, known);
    await apply(session, target, migrations.slice(found));
    await session.execute({ text: `UPDATE "${target.schema}".schema_version SET version = ${known}` });
  });
}

/** A table to begin with, where there is none. Whoever may not create schemas can have one made: it is then used as it is. */
async function createSchema(session: Session, schema: string): Promise<void> {
  const { count } = await session.execute({ text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1' }, [schema]);
  if (count === 0) await session.execute({ text: `CREATE SCHEMA "${schema}"` });
  const { rows } = await session.execute<{ found: string | null }>({ text: 'SELECT to_regclass($1) AS found' }, [
    `"${schema}".schema_version`,
  ]);
  if (rows[0]?.found) return;
  await session.execute({
    text: `CREATE TABLE "${schema}".schema_version (version integer NOT NULL); INSERT INTO "${schema}".schema_version VALUES (0)`,
  });
}

async function apply(session: Session, { schema, location }: PostgresTarget, steps: readonly string[]): Promise<void> {
  try {
    for (const step of steps) await session.execute({ text: step.replaceAll('$schema', `"${schema}"`) });
  } catch (thrown) {
    if (!(thrown instanceof DriverFault) || codeOfFault(thrown.fault) !== DUPLICATE_TABLE) throw thrown;
    throw new StoreCorruptError(location, `the schema '${schema}' holds tables of another application`);
  }
}

/** @returns 0 where there is none yet. */
async function versionOf(session: Session, { schema, location }: PostgresTarget, known: number): Promise<number> {
  try {
    const { rows } = await session.execute<{ version: number }>({
      text: `SELECT version FROM "${schema}".schema_version`,
    });
    const version = rows[0]?.version ?? 0;
    if (version > known) throw new StoreVersionError(location, version, known);
    return version;
  } catch (thrown) {
    if (thrown instanceof DriverFault && NOT_THERE.includes(codeOfFault(thrown.fault))) return 0;
    throw thrown;
  }
}

async function refuseOtherEncodings(session: Session, { location }: PostgresTarget): Promise<void> {
  const { rows } = await session.execute<{ server_encoding: string }>({ text: 'SHOW server_encoding' });
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new StoreCorruptError(location, `the database's encoding is ${encoding}, and texts of runs need UTF8`);
}
