import { StoreDriverMissingError } from '../../../foundation/errors/store.errors.js';
import type { Cell } from '../row-writer.js';
import { socketFor } from './answer-socket.js';
import { codeOfFault, meaningOf, postgresFault } from './postgres-faults.js';
import { migrate } from './postgres-migrations.js';
import { type Held, PostgresPool } from './postgres-pool.js';
import { DriverFault, inTransaction, isLost, type Session } from './postgres-session.js';
import type { PostgresTarget } from './postgres-target.js';
import type { PreparedStatement } from './write-statement.js';

/** How a database is reached. */
export interface PostgresConnectionOptions {
  readonly target: PostgresTarget;
  /** Whether tables are made where there are none. */
  readonly createTables: boolean;
  readonly maxConnections: number;
  /** How long a call waits for a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long the server may take for a statement, in milliseconds. */
  readonly queryTimeoutMs: number;
  /** How long a call is tried again while the server is away, in milliseconds. */
  readonly retryForMs: number;
}

/**
 * Work of one call of the store.
 *
 * @param isInDoubt - Whether an earlier try of it lost its connection: it may have been committed all the same.
 */
export type SessionWork<T> = (session: Session, isInDoubt: boolean) => Promise<T>;

/** A statement that is a transaction of its own. */
export interface LoneWrite<T> {
  readonly statement: PreparedStatement;
  readonly values: readonly Cell[];
  /** What it has come to where it has written anything. */
  readonly written: T;
  /** Finds out what it has come to where it has not, on the same connection. */
  readonly refused: (session: Session) => Promise<T>;
}

/** A try that has failed, and how long others may follow it. */
export interface FailedTry {
  readonly thrown: unknown;
  /** What {@link PostgresConnection.closing} was when it began: work for a store that was closed must not open it again. */
  readonly closing: AbortSignal;
  /** How long it is tried again while the server is away, where that is less than usual. */
  readonly retryForMs?: number;
}

const FIRST_RETRY_DELAY_MS = 25;
const MAX_RETRY_DELAY_MS = 1_000;
const IDLE_TIMEOUT_MS = 10_000;
/** Type of `bigint` columns: times and counters, all of which a number holds exactly. */
const INT8 = 20;

/**
 * Connections to the database, opened with the first call and again with the first after {@link PostgresConnection.close}.
 *
 * A call that meets a lost connection or a conflict is tried again, with pauses that grow and differ. Only a store that has never been
 * connected fails at once: a wrong host is more likely than a server that is about to start.
 */
export class PostgresConnection {
  readonly #options: PostgresConnectionOptions;
  #pool: Promise<PostgresPool> | undefined;
  /** The same once it is open. */
  #openPool: PostgresPool | undefined;
  #closing = new AbortController();

  constructor(options: PostgresConnectionOptions) {
    this.#options = options;
  }

  /** Opens the first connection and brings the schema to the newest version, where that was not done. */
  open(): Promise<void> {
    return this.run(() => Promise.resolve());
  }

  /**
   * Does work whose every statement is a transaction of its own.
   *
   * @param retryForMs - How long it is tried again while the server is away, where that is less than usual.
   */
  async run<T>(work: SessionWork<T>, retryForMs = Infinity): Promise<T> {
    const { closing } = this;
    try {
      return await this.#once(work, false);
    } catch (thrown) {
      return this.goOn(work, { thrown, closing, retryForMs });
    }
  }

  /** Aborted when the store is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Does a lone write where a connection is idle; undefined where none is, and nothing was sent. A fault is the caller's, who may
   * {@link PostgresConnection.goOn} with it.
   *
   * As {@link PostgresConnection.run}, at a fraction of the price: that has a promise for each of its parts.
   *
   * @param ended - Called when the connection is free again.
   */
  writeAtOnce<T>({ statement, values, written, refused }: LoneWrite<T>, ended: () => void): Promise<T> | undefined {
    const pool = this.#openPool;
    const held = pool?.takeIdle();
    if (!pool || !held) return undefined;
    return new Promise((resolve, reject) =>
      held.session.send(statement, values, (fault, count) => {
        const isRefused = !fault && count === 0;
        if (isRefused) return resolve(workOn(pool, held, refused).finally(ended));
        pool.release(held, isLost(fault));
        ended();
        if (fault) reject(fault);
        else resolve(written);
      }),
    );
  }

  /** Goes on with work whose first try has failed: again, where that may help. */
  async goOn<T>(work: SessionWork<T>, failed: FailedTry): Promise<T> {
    if (!this.#mayRetry(failed.thrown)) throw this.#faultOf(failed.thrown);
    return this.#retry(work, failed);
  }

  /** Does such work without a second try. @throws DriverFault. */
  once<T>(work: SessionWork<T>): Promise<T> {
    return this.#once(work, false);
  }

  /** Does work that others see as a whole or not at all. */
  transaction<T>(work: SessionWork<T>): Promise<T> {
    return this.run((session, isInDoubt) => inTransaction(session, () => work(session, isInDoubt)));
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    this.#openPool = undefined;
    this.#closing.abort();
    this.#closing = new AbortController();
    await pool?.then(
      (open) => open.end(),
      () => undefined, // it was never open
    );
  }

  async #once<T>(work: SessionWork<T>, isInDoubt: boolean): Promise<T> {
    const pool = await (this.#pool ??= this.#open());
    return workOn(pool, await pool.acquire(), (session) => work(session, isInDoubt));
  }

  async #open(): Promise<PostgresPool> {
    const { signal } = this.#closing;
    let pool: PostgresPool | undefined;
    try {
      pool = await createPool(this.#options);
      const held = await pool.acquire();
      try {
        await migrate(held.session, this.#options.target, this.#options);
      } finally {
        pool.release(held, false);
      }
      if (!signal.aborted) this.#openPool = pool;
      return pool;
    } catch (thrown) {
      if (!signal.aborted) this.#pool = undefined;
      await pool?.end();
      throw thrown;
    }
  }

  #mayRetry(thrown: unknown): boolean {
    if (!(thrown instanceof DriverFault)) return false;
    return meaningOf(thrown.fault) === 'conflict' || (isLost(thrown) && this.#openPool !== undefined);
  }

  async #retry<T>(work: SessionWork<T>, { thrown: first, closing, retryForMs = Infinity }: FailedTry): Promise<T> {
    const { ExponentialBackoff, handleWhen, retry } = await import('cockatiel');
    const startedAt = performance.now();
    const waitedMs = (): number => Math.round(performance.now() - startedAt);
    const limitMs = Math.min(retryForMs, this.#options.retryForMs);
    let latest = first;
    let isInDoubt = isLost(first);
    const policy = retry(
      handleWhen((thrown) => this.#mayRetry(thrown) && waitedMs() < limitMs && !closing.aborted),
      {
        maxAttempts: Number.MAX_SAFE_INTEGER,
        backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_DELAY_MS, maxDelay: MAX_RETRY_DELAY_MS }),
      },
    );
    const attempt = async (): Promise<T> => {
      if (closing.aborted) throw latest;
      try {
        return await this.#once(work, isInDoubt);
      } catch (thrown) {
        isInDoubt ||= isLost(thrown);
        latest = thrown;
        throw thrown;
      }
    };
    try {
      return await policy.execute(attempt);
    } catch (thrown) {
      throw this.#faultOf(thrown, waitedMs());
    }
  }

  /** What is not the driver's is thrown by the work itself, and stays what it is. */
  #faultOf(thrown: unknown, waitedMs = 0): unknown {
    return thrown instanceof DriverFault ? postgresFault(thrown.fault, this.#options.target, waitedMs) : thrown;
  }
}

/** Does work on a connection, and gives that back. */
async function workOn<T>(pool: PostgresPool, held: Held, work: (session: Session) => Promise<T>): Promise<T> {
  let isBroken = true;
  try {
    const result = await work(held.session);
    isBroken = false;
    return result;
  } catch (thrown) {
    isBroken = isLost(thrown);
    throw thrown;
  } finally {
    pool.release(held, isBroken);
  }
}

async function createPool(options: PostgresConnectionOptions): Promise<PostgresPool> {
  const { Pool: PoolOfDriver, Query, types } = await loadDriver(options.target);
  const getTypeParser = (oid: number, format: 'text'): unknown =>
    oid === INT8 ? Number : types.getTypeParser(oid, format);
  const pool = new PoolOfDriver({
    connectionString: options.target.connectionString,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    stream: socketFor,
    // A store that nobody closes does not keep its process alive.
    allowExitOnIdle: true,
    fallback_application_name: 'nest-synapse',
    types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
  });
  return new PostgresPool(pool, Query, options);
}

/** Loaded with the first use: most applications keep their runs elsewhere and do not install it. */
async function loadDriver({ location }: PostgresTarget): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (thrown) {
    if (!codeOfFault(thrown).endsWith('MODULE_NOT_FOUND')) throw thrown;
    throw new StoreDriverMissingError(location, 'pg', thrown);
  }
}
