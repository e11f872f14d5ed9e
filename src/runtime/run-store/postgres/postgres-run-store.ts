import type { CompiledQuery } from 'kysely';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { CommitOutcome, JournalEntry, NewJournalEntry, RunCommit } from '../run-journal.js';
import type { ClaimOutcome, RenewOutcome, RunClaim } from '../run-lease.js';
import { listQuery, type RunQueryBuilder } from '../run-queries.js';
import type { RunChange, RunRecord, RunSummary } from '../run-record.js';
import { BlobStorage } from '../blob-storage.js';
import { type BlobStorageOptions, shownBlobUrl } from '../blob-target.js';
import { entriesOf, type EntriesRow, type EventBatchRow, eventsOf, MAX_BATCH_EVENTS } from '../run-log-text.js';
import { type RunRow, RunRows } from '../run-rows.js';
import type { StoredValues } from '../stored-values.js';
import {
  DEFAULT_LEASE_MS,
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  RunStore,
} from '../run-store.interface.js';
import { PostgresBlobStatements } from './postgres-blob-statements.js';
import { claimRun } from './postgres-claim.js';
import { PostgresConnection } from './postgres-connection.js';
import { pruneRuns } from './postgres-pruning.js';
import { PostgresObjects } from './postgres-objects.js';
import type { PostgresParts } from './postgres-parts.js';
import { PostgresReader } from './postgres-reader.js';
import { PostgresStatements } from './postgres-statements.js';
import { type PostgresTarget, postgresTargetOf } from './postgres-target.js';
import { type FullRow, textsOfRun, textsOfSummary } from './run-texts.js';
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
  /** Size of a value's JSON above which it goes to a table of its own, or to `blobStorage`, in bytes, 1 and up. @defaultValue 65,536 */
  readonly maxInlineBytes?: number;
  /**
   * Storage for large values, instead of that table: a URL such as `s3://bucket/folder`, `file:///srv/values` or `sftp://user@host/folder?private_key=env:KEY`, or
   * the storage with a folder in it. What is secret stands in a URL as the name of a variable. @defaultValue the URL's `blob_storage`, else none
   */
  readonly blobStorage?: string | BlobStorageOptions;
  /**
   * How long a large value may take to be written there or read, all tries included, and to be removed or listed, in milliseconds, 1 and up.
   * @defaultValue 30,000
   */
  readonly blobTimeoutMs?: number;
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
  readonly #storage: BlobStorage | undefined;
  #builder: RunQueryBuilder | undefined;

  /** @throws UsageError for a URL or an option that is not what it should be. */
  constructor(options: PostgresRunStoreOptions) {
    super();
    const target = postgresTargetOf(options.url, options.schema);
    this.location = target.location;
    this.leaseMs = whole('leaseMs', options.leaseMs ?? DEFAULT_LEASE_MS, 1, MAX_MS);
    this.#schema = target.schema;
    this.#storage = storageFor(options, target);
    this.#parts = partsOf(options, target, this.#storage);
  }

  /**
   * Connects now, to learn whether it can be done, and whether the storage for large values is named as it has to be; that is not connected to.
   *
   * @throws StoreUnavailableError, StoreAccessError, StoreVersionError, StoreCorruptError, StoreDriverMissingError; StoreBlobStorageError,
   * which the first large value would meet else.
   */
  override async open(): Promise<void> {
    await this.#storage?.check();
    return this.#parts.connection.open();
  }

  create(record: RunRecord, entries: readonly NewJournalEntry[] = []): Promise<void> {
    return createRun(this.#parts, record, entries);
  }

  update(id: string, change: RunChange): Promise<boolean> {
    return updateRun(this.#parts, id, change);
  }

  get(id: string): Promise<RunRecord | undefined> {
    const { statements, reader } = this.#parts;
    return reader.read(async (session) => {
      const { rows } = await session.execute<FullRow>(statements.selectRun(), [id]);
      const found = await reader.find(session, rows.flatMap(textsOfRun));
      return { found, finish: (values) => rows.map((row) => recordOf(values, row))[0] };
    });
  }

  async list(filter: RunFilter = {}): Promise<readonly RunSummary[]> {
    return this.#summaries(listQuery(await this.#queries(), filter));
  }

  async append(runId: string, events: readonly RunEvent[]): Promise<void> {
    if (events.length > 0) await appendEvents(this.#parts, runId, events);
  }

  events(runId: string, afterSeq = 0, limit = 1_000): Promise<readonly RunEvent[]> {
    const { statements, reader } = this.#parts;
    const page = { runId, afterSeq: Math.max(0, afterSeq), limit: Math.min(limit, MAX_PAGE) };
    return reader.read(async (session) => {
      const cells = [runId, page.afterSeq, page.limit, MAX_BATCH_EVENTS];
      const { rows } = await session.execute<EventBatchRow>(statements.selectEvents(), cells);
      const texts = rows.map(({ events }) => ({ runId, name: 'events', text: events }));
      return {
        found: await reader.find(session, texts),
        finish: (values) => eventsOf(values, rows, page),
      };
    });
  }

  commit(runId: string, epoch: number, commit: RunCommit): Promise<CommitOutcome> {
    return commitRun(this.#parts, runId, epoch, commit);
  }

  journal(runId: string): Promise<readonly JournalEntry[]> {
    const { statements, reader } = this.#parts;
    return reader.read(async (session) => {
      const { rows } = await session.execute<EntriesRow>(statements.selectJournal(), [runId]);
      const texts = rows.map(({ entries }) => ({ runId, name: 'journal', text: entries }));
      return { found: await reader.find(session, texts), finish: (values) => entriesOf(values, runId, rows) };
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
    return connection.run(async (session) => (await session.write(statements.requestCancel(), [runId, reason])) > 0);
  }

  expired(now: number, limit = 100): Promise<readonly RunSummary[]> {
    const { text } = this.#parts.statements.selectExpired();
    return this.#summaries({ sql: text, parameters: [now, Math.min(limit, MAX_PAGE)] });
  }

  async prune(request: PruneRequest = {}): Promise<PruneReport> {
    return pruneRuns(this.#parts, await this.#queries(), request);
  }

  async close(): Promise<void> {
    await this.#parts.connection.close();
    await this.#storage?.close();
  }

  #summaries({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<readonly RunSummary[]> {
    const { reader } = this.#parts;
    return reader.read(async (session) => {
      const { rows } = await session.execute<RunRow>({ text: sql }, parameters);
      const found = await reader.find(session, rows.flatMap(textsOfSummary));
      return { found, finish: (values) => rows.map((row) => new RunRows(values).summary(row)) };
    });
  }

  /** Loaded when somebody asks: a run itself needs none of it. */
  async #queries(): Promise<RunQueryBuilder> {
    const { postgresQueryBuilder } = await import('./postgres-query-builder.js');
    return (this.#builder ??= postgresQueryBuilder(this.#schema));
  }
}

function storageFor(options: PostgresRunStoreOptions, target: PostgresTarget): BlobStorage | undefined {
  const { blobStorage = target.blobStorage } = options;
  if (blobStorage === undefined) return undefined;
  if (typeof blobStorage === 'string') shownBlobUrl(blobStorage); // refuses a secret in it
  const timeoutMs = whole('blobTimeoutMs', options.blobTimeoutMs ?? 30_000, 1, MAX_MS);
  return new BlobStorage(blobStorage, { location: target.location, timeoutMs });
}

function partsOf(
  options: PostgresRunStoreOptions,
  target: PostgresTarget,
  storage: BlobStorage | undefined,
): PostgresParts {
  const { location, schema } = target;
  const connection = new PostgresConnection({
    target,
    createTables: options.createTables ?? true,
    maxConnections: whole('maxConnections', options.maxConnections ?? 10, 1, 1_000),
    connectTimeoutMs: whole('connectTimeoutMs', options.connectTimeoutMs ?? 5_000, 1, MAX_MS),
    queryTimeoutMs: whole('queryTimeoutMs', options.queryTimeoutMs ?? 30_000, 1, MAX_MS),
    retryForMs: whole('retryForMs', options.retryForMs ?? 30_000, 0, MAX_MS),
  });
  const blobStatements = new PostgresBlobStatements(schema);
  return {
    location,
    maxInlineBytes: whole('maxInlineBytes', options.maxInlineBytes ?? 65_536, 1, Number.MAX_SAFE_INTEGER),
    statements: new PostgresStatements(schema),
    blobStatements,
    objects: storage && new PostgresObjects(storage, connection, blobStatements),
    reader: new PostgresReader({ location, connection, statements: blobStatements, storage }),
    connection,
    groups: new WriteGroups(connection),
  };
}

function recordOf(values: StoredValues, { params, result, ...row }: FullRow): RunRecord {
  return new RunRows(values).record(row, params, result);
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
