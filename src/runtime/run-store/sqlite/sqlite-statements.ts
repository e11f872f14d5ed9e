import { RUN_COLUMNS } from '../run-rows.js';

const columns = RUN_COLUMNS.join(', ');

/** What a run in progress executes, prepared once. */
export const INSERT_RUN = `INSERT INTO runs (${columns}, result) VALUES (${RUN_COLUMNS.map(() => '?').join(', ')}, ?)`;
export const INSERT_PARAMS = 'INSERT INTO run_params (run_id, params) VALUES (?, ?)';
export const SELECT_RUN = `SELECT ${columns}, params, result FROM runs LEFT JOIN run_params ON run_id = id WHERE id = ?`;
export const SELECT_STATE = 'SELECT status, epoch, attempt, undo FROM runs WHERE id = ?';
/** Most events that one statement inserts. */
export const MAX_EVENTS_AT_ONCE = 8;
/** By how many events it inserts. A step leaves a few, and a statement for each would cost more than the rows. */
export const INSERT_EVENTS: readonly string[] = Array.from(
  { length: MAX_EVENTS_AT_ONCE + 1 },
  (_, count) =>
    `INSERT OR IGNORE INTO events (run_id, seq, type, attempt, time, data) VALUES ${Array(count).fill('(?, ?, ?, ?, ?, ?)').join(', ')}`,
);
export const SELECT_EVENTS =
  'SELECT run_id, seq, type, attempt, time, data FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?';
export const SELECT_LAST_SEQ = 'SELECT max(seq) AS seq FROM events WHERE run_id = ?';
export const INSERT_ENTRY = `INSERT OR IGNORE INTO journal (run_id, seq, epoch, kind, name, at, result, rollback_data, context)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const SELECT_JOURNAL = 'SELECT * FROM journal WHERE run_id = ? ORDER BY seq';
export const GRANT_LEASE = `UPDATE runs SET status = ?, attempt = ?, epoch = ?, owner_host = ?, owner_pid = ?, owner_started_at = ?,
  lease_expires_at = ?, started_at = ?, undo = ? WHERE id = ?`;
export const RENEW_LEASE = `UPDATE runs SET lease_expires_at = iif(?1 = 0, 0, max(coalesce(lease_expires_at, 0), ?1))
  WHERE id = ?2 AND coalesce(epoch, 0) = ?3
  AND (status IN ('pending', 'running') OR undo = 'pending') RETURNING cancel_requested`;
export const REQUEST_CANCEL = `UPDATE runs SET cancel_requested = coalesce(cancel_requested, ?) WHERE id = ?
  AND status IN ('pending', 'running')`;
export const SELECT_EXPIRED = `SELECT ${columns} FROM runs WHERE lease_expires_at <= ? ORDER BY lease_expires_at LIMIT ?`;
export const INSERT_BLOB = 'INSERT OR IGNORE INTO blobs (hash, run_id) VALUES (?, ?)';
export const SELECT_BLOB = 'SELECT 1 FROM blobs WHERE hash = ? LIMIT 1';
