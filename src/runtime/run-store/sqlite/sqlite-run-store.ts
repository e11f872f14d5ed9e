import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledQuery } from 'kysely';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { BlobFolder } from '../blob-folder.js';
import {
  changeFor,
  type CommitOutcome,
  type JournalEntry,
  type NewJournalEntry,
  refusalOf,
  type RunCommit,
} from '../run-journal.js';
import { type ClaimOutcome, type GrantedLease, leaseFor, type RenewOutcome, type RunClaim } from '../run-lease.js';
import { listQuery, prunableQuery, type RunQueryBuilder } from '../run-queries.js';
import { isFinal, type RunChange, type RunRecord, type RunSummary } from '../run-record.js';
import { RunRows, type RunRow } from '../run-rows.js';
import {
  type MaybePromise,
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  DEFAULT_LEASE_MS,
  RunStore,
} from '../run-store.interface.js';
import { defaultStatePath } from '../state-path.js';
import { StoredValues } from '../stored-values.js';
import { SqliteConnection } from './sqlite-connection.js';
import { isDuplicate } from './sqlite-faults.js';
import { SqliteLog } from './sqlite-log.js';
import { type RunState, SqliteWrite, type SqliteWriterOptions } from './sqlite-writer.js';
import * as sql from './sqlite-statements.js';

/** Where a {@link SqliteRunStore} keeps its runs. */
export interface SqliteRunStoreOptions {
  /** The file; made with its folder where it is not there. @defaultValue `$XDG_STATE_HOME/synapse/runs.sqlite`, else below `~/.local/state` */
  readonly path?: string;
  /**
   * What a commit outlives: `normal` the death of any process, `full` also that of the machine, at the price of waiting for the disk
   * with each commit. @defaultValue `normal`
   */
  readonly synchronous?: 'normal' | 'full';
  /** How long a call waits while other processes write, in milliseconds, 0 and up. @defaultValue 5,000 */
  readonly busyTimeoutMs?: number;
  /** Largest size of the file, in bytes, 65,536 and up; then it is full until runs are pruned. @defaultValue that of the disk */
  readonly maxBytes?: number;
  /** Folder for large values, of this store alone: a prune removes values from it that no run of the store refers to. @defaultValue the file's path with `.blobs` */
  readonly blobDirectory?: string;
  /** Size of a value's JSON above which it goes to that folder, in bytes. @defaultValue 65,536 */
  readonly maxInlineBytes?: number;
  /** How long a run's owner may be silent before a peer takes the run over, in milliseconds, 1 and up. @defaultValue 15,000 */
  readonly leaseMs?: number;
}

type FullRow = RunRow & { readonly key: number; readonly params: string | null; readonly result: string | null };

const PRUNED_AT_ONCE = 100;

/**
 * Keeps runs in one SQLite file, for any number of processes of one machine. Opened with the first call; answers at once, but while
 * another process writes.
 */
export class SqliteRunStore extends RunStore {
  readonly path: string;
  override readonly leaseMs: number;
  readonly #connection: SqliteConnection;
  readonly #blobs: BlobFolder;
  /** Whether large values have a place of their own, which may be wrong while the file is right. */
  readonly #hasBlobPlace: boolean;
  readonly #rows: RunRows;
  readonly #log: SqliteLog;
  readonly #writing: SqliteWriterOptions;
  #builder: RunQueryBuilder | undefined;

  constructor(options: SqliteRunStoreOptions = {}) {
    super();
    this.path = options.path ?? defaultStatePath();
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    const { synchronous = 'normal', busyTimeoutMs = 5_000, maxInlineBytes = 65_536, maxBytes } = options;
    this.#connection = new SqliteConnection({ path: this.path, synchronous, busyTimeoutMs, maxBytes });
    this.#hasBlobPlace = options.blobDirectory !== undefined;
    this.#blobs = new BlobFolder(options.blobDirectory ?? `${this.path}.blobs`);
    const values = new StoredValues({ blobs: this.#blobs, maxInlineBytes });
    this.#rows = new RunRows(values);
    this.#log = new SqliteLog(this.#connection, values);
    this.#writing = { connection: this.#connection, log: this.#log, blobs: this.#blobs, maxInlineBytes };
  }

  /** Opens the file now, to learn whether it can be. @throws StoreReadOnlyError, StoreCorruptError, StoreVersionError, StoreLockedError. */
  override open(): MaybePromise<void> {
    if (this.#hasBlobPlace) this.#blobs.prepare();
    return this.#connection.open();
  }

  create(record: RunRecord, entries: readonly NewJournalEntry[] = []): MaybePromise<void> {
    const insert = new SqliteWrite(this.#writing).inserted(record, entries);
    return this.#connection.transaction(() => {
      try {
        insert();
      } catch (thrown) {
        if (!isDuplicate(thrown)) throw thrown;
        throw new UsageError(`A run with the id '${record.id}' exists already. Leave the id out to get a new one.`);
      }
    });
  }

  update(id: string, change: RunChange): MaybePromise<boolean> {
    const write = new SqliteWrite(this.#writing);
    const update = write.changed(change);
    return this.#connection.transaction(() => {
      const row = this.#state(id);
      if (!row || isFinal(row.status)) return false;
      update(row);
      write.keepBlobs(row.key);
      return true;
    });
  }

  get(id: string): MaybePromise<RunRecord | undefined> {
    return this.#connection.run(() => this.#get(id));
  }

  async list(filter: RunFilter = {}): Promise<readonly RunSummary[]> {
    const query = listQuery(await this.#queries(), filter);
    return this.#connection.run(() => this.#all<RunRow>(query).map((row) => this.#rows.summary(row)));
  }

  append(runId: string, events: readonly RunEvent[]): MaybePromise<void> {
    if (events.length === 0) return;
    const write = new SqliteWrite(this.#writing);
    const append = write.logged(0, [], events);
    return this.#connection.transaction(() => {
      const row = this.#state(runId);
      if (!row) return;
      append(row);
      write.keepBlobs(row.key);
    });
  }

  events(runId: string, afterSeq = 0, limit = 1_000): MaybePromise<readonly RunEvent[]> {
    return this.#connection.run(() => {
      const row = this.#state(runId);
      return row ? this.#log.events(row.key, { runId, afterSeq, limit }) : [];
    });
  }

  commit(
    runId: string,
    epoch: number,
    { entries = [], change = {}, events = [] }: RunCommit,
  ): MaybePromise<CommitOutcome> {
    const write = new SqliteWrite(this.#writing);
    const log = write.logged(epoch, entries, events);
    const update = write.changed(change);
    return this.#connection.transaction(() => {
      const row = this.#state(runId);
      const refusal = refusalOf(row, epoch);
      if (!row || refusal) return refusal ?? 'not_found';
      log(row);
      if (isFinal(row.status)) write.changed(changeFor(row, change))(row);
      else update(row);
      write.keepBlobs(row.key);
      return 'committed';
    });
  }

  journal(runId: string): MaybePromise<readonly JournalEntry[]> {
    return this.#connection.run(() => {
      const row = this.#state(runId);
      return row ? this.#log.entries(row.key, runId) : [];
    });
  }

  claim(runId: string, claim: RunClaim): MaybePromise<ClaimOutcome> {
    return this.#connection.transaction((): ClaimOutcome => {
      const known = this.#get(runId);
      const row = this.#state(runId);
      if (!known || !row) return { claimed: false, reason: 'not_found' };
      const lease = leaseFor(known, claim);
      if (typeof lease === 'string') return { claimed: false, reason: lease };
      this.#grant(runId, lease);
      return { claimed: true, run: { ...known, ...lease }, lastSeq: this.#log.lastSeq(row.key) };
    });
  }

  renew(runId: string, epoch: number, expiresAt: number): MaybePromise<RenewOutcome> {
    return this.#connection.run(() => {
      const row = this.#connection.statement(sql.RENEW_LEASE).get(expiresAt, runId, epoch);
      const reason = row?.['cancel_requested'];
      return typeof reason === 'string' ? { held: true, cancelRequested: reason } : { held: row !== undefined };
    });
  }

  requestCancel(runId: string, reason: string): MaybePromise<boolean> {
    return this.#connection.run(() => this.#connection.statement(sql.REQUEST_CANCEL).run(reason, runId).changes === 1);
  }

  expired(now: number, limit = 100): MaybePromise<readonly RunSummary[]> {
    return this.#connection.run(() => {
      const rows = this.#connection.statement(sql.SELECT_EXPIRED).all(now, limit) as unknown as RunRow[];
      return rows.map((row) => this.#rows.summary(row));
    });
  }

  async prune(request: PruneRequest = {}): Promise<PruneReport> {
    const query = prunableQuery(await this.#queries(), { ...request, now: request.now ?? Date.now() }, PRUNED_AT_ONCE);
    let runs = 0;
    for (;;) {
      const removed = await this.#connection.transaction(() => this.#removeSome(query));
      runs += removed.length;
      if (removed.length > 0) request.onRemoved?.(removed);
      if (removed.length < PRUNED_AT_ONCE) break;
      await nextTurn(); // others want to write in between, in this process too
    }
    // Under the lock: nobody can be about to refer to a file that is being removed.
    const blobs = await this.#connection.transaction(() =>
      this.#blobs.sweep((hash) => this.#connection.statement(sql.SELECT_BLOB).get(hash) !== undefined),
    );
    await this.#connection.run(() => this.#connection.statement('PRAGMA incremental_vacuum').all());
    return { runs, blobs };
  }

  close(): void {
    this.#connection.close();
  }

  #get(id: string): RunRecord | undefined {
    const found = this.#connection.statement(sql.SELECT_RUN).get(id);
    if (!found) return undefined;
    const { key: _key, params, result, ...row } = found as unknown as FullRow;
    return this.#rows.record(row, params, result);
  }

  #state(id: string): RunState | undefined {
    return this.#connection.statement(sql.SELECT_STATE).get(id) as RunState | undefined;
  }

  #grant(id: string, { owner, undo, ...lease }: GrantedLease): void {
    const { status, attempt, epoch, lease_expires_at, started_at } = lease;
    const { host, pid, started_at: processStartedAt } = owner;
    this.#connection
      .statement(sql.GRANT_LEASE)
      .run(status, attempt, epoch, host, pid, processStartedAt, lease_expires_at, started_at, undo ?? null, id);
  }

  #removeSome(query: CompiledQuery): readonly string[] {
    const ids = this.#all<{ readonly id: string }>(query).map(({ id }) => id);
    for (const key of ids.map((id) => this.#state(id)?.key ?? 0))
      for (const deletion of sql.DELETIONS) this.#connection.statement(deletion).run(key);
    return ids;
  }

  #all<T>({ sql: text, parameters }: CompiledQuery): readonly T[] {
    return this.#connection.statement(text).all(...(parameters as (string | number)[])) as unknown as T[];
  }

  /** Loaded when somebody asks: a run itself needs none of it, and it takes longer to load than a short run takes. */
  async #queries(): Promise<RunQueryBuilder> {
    const { sqliteQueryBuilder } = await import('./sqlite-query-builder.js');
    return (this.#builder ??= sqliteQueryBuilder());
  }
}
