import type { CompiledQuery } from 'kysely';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { CommitOutcome, JournalEntry, NewJournalEntry, RunCommit } from '../run-journal.js';
import type { ClaimOutcome, RenewOutcome, RunClaim } from '../run-lease.js';
import { listQuery, type RunQueryBuilder } from '../run-queries.js';
import type { RunChange, RunRecord, RunSummary } from '../run-record.js';
import { type EntriesRow, type EventBatchRow, MAX_BATCH_EVENTS } from '../run-log-text.js';
import type { RunRow } from '../run-rows.js';
import {
  DEFAULT_LEASE_MS,
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  RunStore,
} from '../run-store.interface.js';
import type { PostgresParts } from './postgres-access.js';
import { claimRun } from './postgres-claim.js';
import { PostgresConnection } from './postgres-connection.js';
import { pruneRuns } from './postgres-pruning.js';
import { type FullRow, PostgresReader } from './postgres-reader.js';
import { PostgresStatements } from './postgres-statements.js';
import { postgresTargetOf } from './postgres-target.js';
import { appendEvents, commitRun, createRun, updateRun } from './postgres-writing.js';

import { WriteGroups } from './write-groups.js';

/** Where and how a {@link PostgresRunStore} keeps its runs. */
export interface PostgresRunStoreOptions {
  /**
   * The database, e.g. `postgres://user@host:5432/database`. A password may also stand in `PGPASSWORD` or a password file; what else the
   * `pg` package reads from a URL works as well, `sslmode` among it.
   */
  readonly url: string;
  /** Schema for the tables, made where it is not there: 1 to 63 of a-z, 0-9 and `_`. @defaultValue the URL's `schema`, else `synapse` */
  readonly schema?: string;
  /** Whether tables are made where there are none; else that is an error. @defaultValue true */
  readonly createTables?: boolean;
  /** Most connections at a time, 1 to 1,000. @defaultValue 10 */
  readonly maxConnections?: number;
  /** How long a call waits for a connection, in milliseconds, 1 and up. @defaultValue 5,000 */
  readonly connectTimeoutMs?: number;
  /** How long the server may take for a statement, in milliseconds, 1 and up. @defaultValue 30,000 */
  readonly queryTimeoutMs?: number;
  /** How long a call is tried again while the server is away, in milliseconds, 0 and up. @defaultValue 30,000 */
  readonly retryForMs?: number;
  /** Size of a value's JSON above which it goes to a table of its own, in bytes, 1 and up. @defaultValue 65,536 */
  readonly maxInlineBytes?: number;
  /** How long a run's owner may be silent before a peer takes the run over, in milliseconds, 1 and up. @defaultValue 15,000 */
  readonly leaseMs?: number;
}

const MAX_MS = 2_147_483_647;
const MAX_PAGE = 100_000;

/**
 * Keeps runs in a Postgres database, for any number of processes on any number of hosts. Opened with the first call. Needs the package
 * `pg` and Postgres 13 or newer.
 */
export class PostgresRunStore extends RunStore {
  /** Where the runs are, without the password. */
  readonly location: string;
  override readonly leaseMs: number;
  readonly #schema: string;
  readonly #parts: PostgresParts;
  #builder: RunQueryBuilder | undefined;

  /** @throws UsageError for a URL or an option that is not what it should be. */
  constructor(options: PostgresRunStoreOptions) {
    super();
    const target = postgresTargetOf(options.url, options.schema);
    this.location = target.location;
    this.leaseMs = whole('leaseMs', options.leaseMs ?? DEFAULT_LEASE_MS, 1, MAX_MS);
    this.#schema = target.schema;
    const statements = new PostgresStatements(target.schema);
    const connection = new PostgresConnection({
      target,
      createTables: options.createTables ?? true,
      maxConnections: whole('maxConnections', options.maxConnections ?? 10, 1, 1_000),
      connectTimeoutMs: whole('connectTimeoutMs', options.connectTimeoutMs ?? 5_000, 1, MAX_MS),
      queryTimeoutMs: whole('queryTimeoutMs', options.queryTimeoutMs ?? 30_000, 1, MAX_MS),
      retryForMs: whole('retryForMs', options.retryForMs ?? 30_000, 0, MAX_MS),
    });
    this.#parts = {
      location: target.location,
      maxInlineBytes: whole('maxInlineBytes', options.maxInlineBytes ?? 65_536, 1, Number.MAX_SAFE_INTEGER),
      statements,
      reader: new PostgresReader(target.location, statements),
      connection,
      groups: new WriteGroups(connection),
    };
  }

  /**
   * Connects now, to learn whether it can be done.
   *
   * @throws StoreUnavailableError, StoreAccessError, StoreVersionError, StoreCorruptError, StoreDriverMissingError.
   */
  open(): Promise<void> {
    return this.#parts.connection.open();
  }

  create(record: RunRecord, entries: readonly NewJournalEntry[] = []): Promise<void> {
    return createRun(this.#parts, record, entries);
  }

  update(id: string, change: RunChange): Promise<boolean> {
    return updateRun(this.#parts, id, change);
  }

  get(id: string): Promise<RunRecord | undefined> {
    const { connection, statements, reader } = this.#parts;
    return connection.run(async (session) => {
      const { rows } = await session.execute<FullRow>(statements.selectRun(), [id]);
      return rows[0] && reader.record(session, rows[0]);
    });
  }

  async list(filter: RunFilter = {}): Promise<readonly RunSummary[]> {
    return this.#summaries(listQuery(await this.#queries(), filter));
  }

  async append(runId: string, events: readonly RunEvent[]): Promise<void> {
    if (events.length > 0) await appendEvents(this.#parts, runId, events);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): Promise<readonly RunEvent[]> {
    const { connection, statements, reader } = this.#parts;
    const page = { runId, afterSeq: Math.max(0, afterSeq), limit: Math.min(limit, MAX_PAGE) };
    return connection.run(async (session) => {
      const values = [runId, page.afterSeq, page.limit, MAX_BATCH_EVENTS];
      const { rows } = await session.execute<EventBatchRow>(statements.selectEvents(), values);
      return reader.events(session, rows, page);
    });
  }

  commit(runId: string, epoch: number, commit: RunCommit): Promise<CommitOutcome> {
    return commitRun(this.#parts, runId, epoch, commit);
  }

  journal(runId: string): Promise<readonly JournalEntry[]> {
    const { connection, statements, reader } = this.#parts;
    return connection.run(async (session) => {
      const { rows } = await session.execute<EntriesRow>(statements.selectJournal(), [runId]);
      return reader.journal(session, rows);
    });
  }

  claim(runId: string, claim: RunClaim): Promise<ClaimOutcome> {
    return claimRun(this.#parts, runId, claim);
  }

  renew(runId: string, epoch: number, expiresAt: number): Promise<RenewOutcome> {
    const { connection, statements } = this.#parts;
    // Later it would put the end into the past.
    const usefulForMs = Math.max(0, expiresAt - Date.now());
    return connection.run(async (session) => {
      const values = [runId, epoch, expiresAt];
      const { rows } = await session.execute<{ cancel_requested: string | null }>(statements.renewLease(), values);
      const reason = rows[0]?.cancel_requested;
      return { held: rows.length > 0, ...(typeof reason === 'string' && { cancelRequested: reason }) };
    }, usefulForMs);
  }

  requestCancel(runId: string, reason: string): Promise<boolean> {
    const { connection, statements } = this.#parts;
    return connection.run(async (session) => {
      const { count } = await session.execute(statements.requestCancel(), [runId, reason]);
      return count > 0;
    });
  }

  expired(now: number, limit = 100): Promise<readonly RunSummary[]> {
    const { text } = this.#parts.statements.selectExpired();
    return this.#summaries({ sql: text, parameters: [now, Math.min(limit, MAX_PAGE)] });
  }

  async prune(request: PruneRequest = {}): Promise<PruneReport> {
    return pruneRuns(this.#parts, await this.#queries(), request);
  }

  close(): Promise<void> {
    return this.#parts.connection.close();
  }

  #summaries({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<readonly RunSummary[]> {
    const { connection, reader } = this.#parts;
    return connection.run(async (session) => {
      const { rows } = await session.execute<RunRow>({ text: sql }, parameters);
      return reader.summaries(session, rows);
    });
  }

  /** Loaded when somebody asks: a run itself needs none of it. */
  async #queries(): Promise<RunQueryBuilder> {
    const { postgresQueryBuilder } = await import('./postgres-query-builder.js');
    return (this.#builder ??= postgresQueryBuilder(this.#schema));
  }
}

/** @throws {@link UsageError}. */
function whole(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(
    `${option} of a Postgres run store must be a whole number from ${min} to ${max}, got ${value}.`,
    {
      details: { option },
    },
  );
}
