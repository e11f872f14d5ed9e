import { RUN_COLUMNS } from '../run-rows.js';
import type { Statement } from './postgres-session.js';
import type { PreparedStatement } from './write-statement.js';

const OPEN = `status IN ('pending', 'running')`;
const INSERTED_COLUMNS = [...RUN_COLUMNS, 'params', 'result'];
const COLUMNS = RUN_COLUMNS.join(', ');
/** How many values a row of the log takes: all columns but the run's key. */
const LOG_VALUES = 6;
const LOG_COLUMNS = 'run_key, epoch, attempt, first_seq, last_seq, events, entries';

/** Columns that a commit may change where it goes together with others; the lease, which it can only end, is apart. */
export const GROUPED_COLUMNS = [
  'status',
  'attempt',
  'result',
  'error',
  'started_at',
  'ended_at',
  'next_steps',
  'progress',
  'undo',
] as const;

/** Of which runs a commit may write: of those that are open, or of those that are over and being undone. */
export type CommitGuard = 'open' | 'undoing';

type CommitKind = CommitGuard | `${CommitGuard} without log`;

/** What a commit writes, as far as its SQL depends on it. */
export interface CommitShape {
  /** Columns of the run, in the order of their values: one and the same list for the same columns. */
  readonly columns: readonly string[];
  /** Whether it adds a row to the log. */
  readonly hasLog: boolean;
  readonly guard: CommitGuard;
}

/** The statements of a store, in its schema. Each is one transaction: what it decides by and what it writes cannot drift apart. */
export class PostgresStatements {
  readonly #made = new Map<string, PreparedStatement>();
  /** By the list of their columns: to make the name of each of a run's commits costs more than to make its values. */
  readonly #commits = new WeakMap<readonly string[], Partial<Record<CommitKind, PreparedStatement>>>();
  readonly #runs: string;
  readonly #log: string;
  readonly #schema: string;

  constructor(schema: string) {
    this.#schema = `"${schema}"`;
    this.#runs = `"${schema}".runs`;
    this.#log = `"${schema}".run_log`;
  }

  /** Values: those of the columns, then of the log's row where there is one. Writes nothing where the id is taken. */
  insertRun(hasLog: boolean): PreparedStatement {
    return this.#once(`insert_run ${hasLog}`, () => {
      const insert = `${this.#insertRun()} ON CONFLICT (id) DO NOTHING`;
      return hasLog ? this.#withLog(`${insert} RETURNING key, attempt`, INSERTED_COLUMNS.length + 1) : insert;
    });
  }

  /** Values: those of the columns. Fails where the id is taken: to be ready for that without failing costs the server as much as an index. */
  insertNewRun(): PreparedStatement {
    return this.#once('insert_new_run', () => this.#insertRun());
  }

  /** Several of {@link insertRun} without a row for the log. Answers with the ids. */
  insertRuns(count: number): Statement {
    return this.#once(`insert_runs ${count}`, () => {
      const width = INSERTED_COLUMNS.length;
      const rows = Array.from({ length: count }, (_, row) => `(${places(row * width + 1, width).join(', ')})`);
      return `INSERT INTO ${this.#runs} (${INSERTED_COLUMNS.join(', ')}) VALUES ${rows.join(', ')} ON CONFLICT (id) DO NOTHING RETURNING id`;
    });
  }

  /** Values: id, those of the columns. */
  updateRun(columns: readonly string[]): PreparedStatement {
    return this.#once(`update_run ${columns.join(' ')}`, () => this.#update(columns, 2, OPEN));
  }

  /** Values: id, epoch, those of the columns, then of the log's row where there is one. */
  commit(shape: CommitShape): PreparedStatement {
    const { columns, hasLog, guard } = shape;
    let made = this.#commits.get(columns);
    if (!made) this.#commits.set(columns, (made = {}));
    return (made[hasLog ? guard : (`${guard} without log` as const)] ??= this.#commit(shape));
  }

  #commit({ columns, hasLog, guard }: CommitShape): PreparedStatement {
    return this.#once(`commit ${guard} ${hasLog} ${columns.join(' ')}`, () => {
      const state = guard === 'open' ? OPEN : `undo = 'pending'`;
      const condition = `coalesce(epoch, 0) = $2 AND ${state}`;
      const lock = `SELECT key, attempt FROM ${this.#runs} WHERE id = $1 AND ${condition} FOR NO KEY UPDATE`;
      if (columns.length === 0) return hasLog ? this.#withLog(lock, 3) : lock;
      const update = this.#update(columns, 3, condition);
      return hasLog ? this.#withLog(`${update} RETURNING key, attempt`, columns.length + 3) : update;
    });
  }

  /**
   * Several commits to open runs, each with a row for the log. Values of each: id, epoch, those of {@link GROUPED_COLUMNS} with null for
   * what stays as it is, whether the lease ends, and the log's row. Answers with the ids of the runs it wrote.
   */
  commits(count: number): Statement {
    return this.#once(`commits ${count}`, () => {
      const width = 3 + GROUPED_COLUMNS.length + LOG_VALUES;
      const runs = Array.from({ length: count }, (_, index) => {
        const first = index * width + 1;
        const cells = places(first + 2, GROUPED_COLUMNS.length);
        const endsLease = first + 2 + cells.length;
        const assignments = GROUPED_COLUMNS.map((column, at) => `${column} = coalesce(${cells[at]}, ${column})`).join(
          ', ',
        );
        const update = `UPDATE ${this.#runs} SET ${assignments},
          lease_expires_at = CASE WHEN $${endsLease}::boolean THEN NULL ELSE lease_expires_at END
          WHERE id = $${first} AND coalesce(epoch, 0) = $${first + 1} AND ${OPEN} RETURNING id, key, attempt`;
        return `run_${index} AS (${update}), log_${index} AS (${this.#insertLog(`run_${index}`, endsLease + 1)})`;
      });
      const ids = Array.from({ length: count }, (_, index) => `SELECT id FROM run_${index}`);
      return `WITH ${runs.join(', ')} ${ids.join(' UNION ALL ')}`;
    });
  }

  /**
   * Values: id, then those of the log's row. The lock makes a takeover wait: the new owner must know the last number before it goes on, and
   * nothing of the earlier attempt may come after.
   */
  append(): PreparedStatement {
    return this.#once('append', () => {
      const lock = `SELECT key, attempt FROM ${this.#runs} WHERE id = $1 AND attempt <= $3 FOR SHARE`;
      return this.#withLog(lock, 2);
    });
  }

  /** Values: id. */
  selectRun(): Statement {
    return this.#once('select_run', () => `SELECT ${COLUMNS}, params, result FROM ${this.#runs} WHERE id = $1`);
  }

  /** Values: id. */
  selectState(): Statement {
    return this.#once('select_state', () => `SELECT status, epoch, undo, ended_at FROM ${this.#runs} WHERE id = $1`);
  }

  /** Values: id, the epoch, status and lease (0 for none) it is known with, then those of the lease. */
  grantLease(columns: readonly string[]): PreparedStatement {
    const known = `coalesce(epoch, 0) = $2 AND status = $3 AND coalesce(lease_expires_at, 0) = $4`;
    return this.#once(`grant ${columns.join(' ')}`, () => this.#update(columns, 5, known));
  }

  /** Values: id, epoch, new end of the lease. */
  renewLease(): Statement {
    return this.#once(
      'renew',
      () =>
        `UPDATE ${this.#runs} SET lease_expires_at = CASE WHEN $3::bigint = 0 THEN 0 ELSE greatest(coalesce(lease_expires_at, 0), $3::bigint) END
         WHERE id = $1 AND coalesce(epoch, 0) = $2 AND (${OPEN} OR undo = 'pending')
         RETURNING cancel_requested`,
    );
  }

  /** Values: id, reason. */
  requestCancel(): PreparedStatement {
    return this.#once(
      'request_cancel',
      () => `UPDATE ${this.#runs} SET cancel_requested = coalesce(cancel_requested, $2) WHERE id = $1 AND ${OPEN}`,
    );
  }

  /** Values: time, limit. */
  selectExpired(): Statement {
    return this.#once(
      'select_expired',
      () => `SELECT ${COLUMNS} FROM ${this.#runs} WHERE lease_expires_at <= $1 ORDER BY lease_expires_at LIMIT $2`,
    );
  }

  /** Values: id. */
  selectLastSeq(): Statement {
    return this.#once(
      'select_last_seq',
      () => `SELECT max(last_seq) AS seq FROM ${this.#log} JOIN ${this.#runs} ON run_key = key WHERE id = $1`,
    );
  }

  /**
   * Rows with events after a number, as far as a page of so many reaches. Values: id, number, page, most events a row.
   *
   * Numbers have no gaps, so that the page's end is known; where they do have one, the page begins behind it.
   */
  selectEvents(): Statement {
    return this.#once(
      'select_events',
      () => `WITH run AS (SELECT key FROM ${this.#runs} WHERE id = $1), next AS (
         SELECT greatest($2::integer, first_seq - 1) AS after FROM ${this.#log}
         WHERE run_key = (SELECT key FROM run) AND last_seq > $2 ORDER BY last_seq LIMIT 1)
       SELECT attempt, first_seq, events FROM ${this.#log}
       WHERE run_key = (SELECT key FROM run) AND last_seq > (SELECT after FROM next)
         AND last_seq < (SELECT after FROM next) + $3::integer + $4::integer AND first_seq <= (SELECT after FROM next) + $3
       ORDER BY written_at`,
    );
  }

  /** Values: id. */
  selectJournal(): Statement {
    return this.#once(
      'select_journal',
      () =>
        `SELECT epoch, entries FROM ${this.#log} WHERE run_key = (SELECT key FROM ${this.#runs} WHERE id = $1)
         AND entries IS NOT NULL ORDER BY written_at`,
    );
  }

  /** Values: ids. Nobody adds to these runs until they are gone. */
  lockRuns(): Statement {
    return { text: `SELECT key, id FROM ${this.#runs} WHERE id = ANY ($1) ORDER BY id FOR UPDATE` };
  }

  /** Values: keys. */
  deletions(): readonly Statement[] {
    const deletion = (table: string, column = 'run_key'): Statement => ({
      text: `DELETE FROM ${this.#schema}.${table} WHERE ${column} = ANY ($1)`,
    });
    return [deletion('run_log'), deletion('blob_uses'), deletion('runs', 'key')];
  }

  #insertRun(): string {
    const cells = places(1, INSERTED_COLUMNS.length).join(', ');
    return `INSERT INTO ${this.#runs} (${INSERTED_COLUMNS.join(', ')}) VALUES (${cells})`;
  }

  #update(columns: readonly string[], firstPlace: number, condition: string): string {
    const cells = places(firstPlace, columns.length);
    const assignments = columns.map((column, index) => `${column} = ${cells[index]}`).join(', ');
    return `UPDATE ${this.#runs} SET ${assignments} WHERE id = $1 AND ${condition}`;
  }

  #withLog(run: string, firstPlace: number): string {
    return `WITH run AS (${run}) ${this.#insertLog('run', firstPlace)}`;
  }

  /** Adds a row to the log of the run that `run` has found. Its events count only while its attempt does. */
  #insertLog(run: string, firstPlace: number): string {
    const [epoch, attempt, first, last, events, entries] = places(firstPlace, LOG_VALUES);
    const ifCurrent = (value: string, otherwise: string): string =>
      `CASE WHEN ${attempt}::integer >= ${run}.attempt THEN ${value} ELSE ${otherwise} END`;
    return `INSERT INTO ${this.#log} (${LOG_COLUMNS})
      SELECT key, ${epoch}::integer, ${attempt}::integer, ${ifCurrent(`${first}::integer`, '0')}, ${ifCurrent(`${last}::integer`, '0')},
      ${ifCurrent(`${events}::text`, 'NULL')}, ${entries}::text FROM ${run}`;
  }

  #once(name: string, make: () => string): PreparedStatement {
    let statement = this.#made.get(name);
    if (!statement) this.#made.set(name, (statement = { name: `synapse_${this.#made.size}`, text: make() }));
    return statement;
  }
}

/** `$first`, `$first+1` and so on. */
function places(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `$${first + index}`);
}
