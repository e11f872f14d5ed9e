import { RUN_COLUMNS } from '../run-rows.js';

const columns = RUN_COLUMNS.join(', ');
/** Rows of the log of one run, whose key is the first value. */
const OF_RUN = 'number BETWEEN (?1 << 32) AND ((?1 << 32) | 4294967295)';

/** What a run in progress executes, prepared once. */
export const INSERT_RUN = `INSERT INTO runs (${columns}, result) VALUES (${RUN_COLUMNS.map(() => '?').join(', ')}, ?)`;
export const INSERT_PARAMS = 'INSERT INTO run_params (run_key, params) VALUES (?, ?)';
export const SELECT_RUN = `SELECT key, ${columns}, params, result FROM runs LEFT JOIN run_params ON run_key = key WHERE id = ?`;
export const SELECT_STATE = 'SELECT key, status, epoch, attempt, undo FROM runs WHERE id = ?';
/** Values: key of the run, place of the row within it, then those of the row. */
export const INSERT_LOG = `INSERT INTO run_log (number, epoch, attempt, first_seq, last_seq, entries, events)
  VALUES ((?1 << 32) | ?2, ?3, ?4, ?5, ?6, ?7, ?8)`;
export const SELECT_TAIL = `SELECT number & 4294967295 AS position, last_seq FROM run_log WHERE ${OF_RUN} ORDER BY number DESC LIMIT 1`;
export const SELECT_ROW_SEQ = 'SELECT last_seq FROM run_log WHERE number = (?1 << 32) | ?2';
export const SELECT_EVENT_ROWS = `SELECT number & 4294967295 AS position, attempt, first_seq, events FROM run_log
  WHERE number BETWEEN ((?1 << 32) | ?2) AND ((?1 << 32) | 4294967295) AND events IS NOT NULL ORDER BY number LIMIT ?3`;
export const SELECT_ENTRIES = `SELECT epoch, entries FROM run_log WHERE ${OF_RUN} AND entries IS NOT NULL ORDER BY number`;
export const GRANT_LEASE = `UPDATE runs SET status = ?, attempt = ?, epoch = ?, owner_host = ?, owner_pid = ?, owner_started_at = ?,
  lease_expires_at = ?, started_at = ?, undo = ? WHERE id = ?`;
export const RENEW_LEASE = `UPDATE runs SET lease_expires_at = iif(?1 = 0, 0, max(coalesce(lease_expires_at, 0), ?1))
  WHERE id = ?2 AND coalesce(epoch, 0) = ?3
  AND (status IN ('pending', 'running') OR undo = 'pending') RETURNING cancel_requested`;
export const REQUEST_CANCEL = `UPDATE runs SET cancel_requested = coalesce(cancel_requested, ?) WHERE id = ?
  AND status IN ('pending', 'running')`;
export const SELECT_EXPIRED = `SELECT ${columns} FROM runs WHERE lease_expires_at <= ? ORDER BY lease_expires_at LIMIT ?`;
export const INSERT_BLOB = 'INSERT OR IGNORE INTO blobs (hash, run_key) VALUES (?, ?)';
export const SELECT_BLOB = 'SELECT 1 FROM blobs WHERE hash = ? LIMIT 1';
/** Remove a run, whose key is the value, with all that belongs to it. */
export const DELETIONS: readonly string[] = [
  `DELETE FROM run_log WHERE ${OF_RUN}`,
  'DELETE FROM run_params WHERE run_key = ?',
  'DELETE FROM blobs WHERE run_key = ?',
  'DELETE FROM runs WHERE key = ?',
];
