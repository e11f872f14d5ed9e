import type { DatabaseSync } from 'node:sqlite';
import { StoreCorruptError, StoreReadOnlyError, StoreVersionError } from '../../../foundation/errors/store.errors.js';

/** Says in the file's header whose it is: `SYNR`. */
const APPLICATION_ID = 0x53594e52;

/**
 * The schema, one step a version; a step that has been released never changes.
 *
 * What a commit changes (`runs`) is apart from what may be long (`run_params`), since SQLite writes a row as a whole. Each write of a run is
 * one row of `run_log`, whose number is the run's key and, in the lower 32 bits, a number from 1: a new one touches one page, and no index.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY, plugin TEXT NOT NULL, action TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
     attempt INTEGER NOT NULL, epoch INTEGER, owner_host TEXT, owner_pid INTEGER, owner_started_at INTEGER,
     lease_expires_at INTEGER, progress REAL, next_steps TEXT, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
     idempotency_key TEXT NOT NULL, job_id TEXT, parent_id TEXT, plugin_path TEXT, plugin_hash TEXT, error TEXT, result TEXT
   );
   CREATE INDEX open_runs ON runs (id) WHERE status IN ('pending', 'running');
   CREATE INDEX leased_runs ON runs (lease_expires_at) WHERE status = 'running' AND lease_expires_at IS NOT NULL;
   CREATE INDEX child_runs ON runs (parent_id) WHERE parent_id IS NOT NULL;
   CREATE TABLE run_params (run_id TEXT PRIMARY KEY, params TEXT) WITHOUT ROWID;
   CREATE TABLE events (
     run_id TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, attempt INTEGER NOT NULL, time TEXT NOT NULL, data TEXT NOT NULL,
     PRIMARY KEY (run_id, seq)
   ) WITHOUT ROWID;
   CREATE TABLE journal (
     run_id TEXT NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
     result TEXT, rollback_data TEXT, context TEXT,
     PRIMARY KEY (run_id, seq)
   ) WITHOUT ROWID;
   CREATE TABLE blobs (hash TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (hash, run_id)) WITHOUT ROWID;
   CREATE INDEX blobs_of_runs ON blobs (run_id);`,
  // Runs that are over have no lease from here on, but for those whose undo goes on.
  `ALTER TABLE runs ADD COLUMN undo TEXT;
   ALTER TABLE runs ADD COLUMN cancel_requested TEXT;
   ALTER TABLE runs ADD COLUMN forked_from TEXT;
   UPDATE runs SET lease_expires_at = NULL WHERE status NOT IN ('pending', 'running');
   DROP INDEX leased_runs;
   CREATE INDEX leased_runs ON runs (lease_expires_at) WHERE lease_expires_at IS NOT NULL;`,
  // One row for each write of a run instead of one for each event and entry.
  `CREATE TABLE keyed_runs (
     key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, plugin TEXT NOT NULL, action TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
     attempt INTEGER NOT NULL, epoch INTEGER, owner_host TEXT, owner_pid INTEGER, owner_started_at INTEGER,
     lease_expires_at INTEGER, progress REAL, next_steps TEXT, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
     idempotency_key TEXT NOT NULL, job_id TEXT, parent_id TEXT, plugin_path TEXT, plugin_hash TEXT, error TEXT, result TEXT,
     undo TEXT, cancel_requested TEXT, forked_from TEXT
   );
   INSERT INTO keyed_runs SELECT row_number() OVER (ORDER BY id), * FROM runs;
   CREATE TABLE run_log (
     number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, attempt INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
     entries TEXT, events TEXT
   );
   INSERT INTO run_log SELECT (key << 32) | row_number() OVER (PARTITION BY key ORDER BY seq), 0, events.attempt, seq, seq, NULL,
     '[[' || json_quote(type) || ',' || json_quote(time) || ',' || iif(data LIKE '@%', 'null,' || json_quote(data), data) || ']]'
     FROM events JOIN keyed_runs ON id = run_id;
   INSERT INTO run_log SELECT (key << 32) | (written + row_number() OVER (PARTITION BY key ORDER BY seq)), epoch, 0, last + 1, last,
     '[{"seq":' || seq || ',"kind":' || json_quote(kind) || ',"name":' || json_quote(name) || ',"at":' || at
     || coalesce(iif(journal.result LIKE '@%', ',"result_reference":' || json_quote(journal.result), ',"result":' || journal.result), '')
     || coalesce(iif(rollback_data LIKE '@%', ',"rollback_data_reference":' || json_quote(rollback_data), ',"rollback_data":' || rollback_data), '')
     || coalesce(iif(context LIKE '@%', ',"context_reference":' || json_quote(context), ',"context":' || context), '') || '}]', NULL
     FROM (SELECT journal.*, key, (SELECT count(*) FROM events WHERE run_id = id) AS written,
             (SELECT coalesce(max(seq), 0) FROM events WHERE run_id = id) AS last
           FROM journal JOIN keyed_runs ON id = run_id) AS journal;
   CREATE TABLE keyed_params (run_key INTEGER PRIMARY KEY, params TEXT);
   INSERT INTO keyed_params SELECT key, params FROM run_params JOIN keyed_runs ON id = run_id;
   CREATE TABLE keyed_blobs (hash TEXT NOT NULL, run_key INTEGER NOT NULL, PRIMARY KEY (hash, run_key)) WITHOUT ROWID;
   INSERT INTO keyed_blobs SELECT hash, key FROM blobs JOIN keyed_runs ON id = run_id;
   DROP TABLE events; DROP TABLE journal; DROP TABLE run_params; DROP TABLE blobs; DROP TABLE runs;
   ALTER TABLE keyed_runs RENAME TO runs; ALTER TABLE keyed_params RENAME TO run_params; ALTER TABLE keyed_blobs RENAME TO blobs;
   CREATE INDEX open_runs ON runs (id) WHERE status IN ('pending', 'running');
   CREATE INDEX leased_runs ON runs (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
   CREATE INDEX child_runs ON runs (parent_id) WHERE parent_id IS NOT NULL;
   CREATE INDEX blobs_of_runs ON blobs (run_key);`,
];

/**
 * Brings a file to the newest version, or leaves it exactly as it is.
 *
 * @throws {@link StoreVersionError} for a file of a newer version, {@link StoreCorruptError} for another application's.
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  const version = versionAtOnce(db, path, migrations.length);
  // Only a file without any page takes this: the space of pruned runs can be given back.
  if (version === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  if (version === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Again, under the lock: another process may have done it meanwhile.
    for (const step of migrations.slice(versionOf(db, path, migrations.length))) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Refuses a file that can only be read, and would have to be brought to the newest version first.
 *
 * @throws {@link StoreReadOnlyError}; as {@link migrate}.
 */
export function refuseOlder(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  const version = versionAtOnce(db, path, migrations.length);
  if (version === migrations.length) return;
  throw new StoreReadOnlyError(path, `it has version ${version} and has to be brought to ${migrations.length} first`);
}

/** As of one moment: a file that another process makes meanwhile would look like another application's, with tables and yet unmarked. */
function versionAtOnce(db: DatabaseSync, path: string, known: number): number {
  db.exec('BEGIN'); // where this throws, nobody goes on with the connection
  const version = versionOf(db, path, known);
  db.exec('COMMIT');
  return version;
}

function versionOf(db: DatabaseSync, path: string, known: number): number {
  const version = numberOf(db, 'user_version');
  const application = numberOf(db, 'application_id');
  if (application !== APPLICATION_ID) {
    const hasTables = db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() !== undefined;
    if (application !== 0 || version !== 0 || hasTables) {
      throw new StoreCorruptError(path, "it is another application's database");
    }
  }
  if (version > known) throw new StoreVersionError(path, version, known);
  return version;
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
