import type { DatabaseSync } from 'node:sqlite';
import { StoreCorruptError, StoreVersionError } from '../../../foundation/errors/store.errors.js';

/** Says in the file's header whose it is: `SYNR`. */
const APPLICATION_ID = 0x53594e52;

/**
 * The schema, one step a version; a step that has been released never changes.
 *
 * What a commit changes (`runs`) is apart from what may be long (`run_params`), since SQLite writes a row as a whole. Rows that belong to a
 * run lie in the order of their numbers in their own keys, so that a new one touches one page.
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
];

/**
 * Brings a file to the newest version, or leaves it exactly as it is.
 *
 * @throws {@link StoreVersionError} for a file of a newer version, {@link StoreCorruptError} for another application's.
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  const version = versionOf(db, path, migrations.length);
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
