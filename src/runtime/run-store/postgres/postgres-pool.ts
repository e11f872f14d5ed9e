import type { Pool, PoolClient } from 'pg';
import { AnswerWatch } from './answer-watch.js';
import { DriverFault, type QueryClass, type Session, sessionOf } from './postgres-session.js';

/** After which idle connections go back to the driver's pool, which ends them when nobody needs them. */
const IDLE_HERE_MS = 1_000;

/** A connection that this process has of the driver's pool. */
export interface Held {
  readonly client: PoolClient;
  /** What is executed on it. */
  readonly session: Session;
}

interface Waiting {
  readonly take: (held: Held) => void;
  readonly fail: (reason: unknown) => void;
}

/** How much, and how long, a {@link PostgresPool} allows. */
export interface PoolLimits {
  readonly maxConnections: number;
  /** How long a call waits for a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long the server may take for a statement, in milliseconds. */
  readonly queryTimeoutMs: number;
}

/**
 * The driver's pool, with its connections kept at hand: to give one back to it and ask for it again costs this process as much as a
 * statement does. The pool connects, limits and ends them; here they wait, without keeping the process alive.
 */
export class PostgresPool {
  readonly #idle: Held[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #lost = new WeakSet<PoolClient>();
  readonly #watch: AnswerWatch;
  /** Connections that are at work or being opened. */
  #busy = 0;
  #giveBackTimer: NodeJS.Timeout | undefined;
  #isEnding = false;

  constructor(
    private readonly pool: Pool,
    private readonly queries: QueryClass,
    private readonly limits: PoolLimits,
  ) {
    this.#watch = new AnswerWatch(limits.queryTimeoutMs);
    // One that is lost while it is at work fails its statement as well: without a listener, the event would end the process.
    pool.on('error', () => undefined);
    pool.on('connect', (client) =>
      client.on('error', () => this.#lost.add(client)).on('end', () => this.#lost.add(client)),
    );
  }

  /** A connection; answers at once where one is idle. @throws DriverFault. */
  acquire(): Held | Promise<Held> {
    const idle = this.takeIdle();
    if (idle) return idle;
    if (this.#busy < this.limits.maxConnections) return this.#connect();
    return this.#wait();
  }

  /** A connection, where one is idle. */
  takeIdle(): Held | undefined {
    for (let held = this.#idle.pop(); held; held = this.#idle.pop()) {
      if (this.#lost.has(held.client)) {
        held.client.release(true);
        continue;
      }
      this.#busy++;
      socketOf(held).ref();
      return held;
    }
    return undefined;
  }

  /** @param isBroken - Whether it is to be ended, since nobody knows what it is doing. */
  release(held: Held, isBroken: boolean): void {
    const isUsable = !isBroken && !this.#isEnding && !this.#lost.has(held.client);
    const next = this.#waiting.shift();
    if (isUsable && next) return next.take(held);
    this.#busy--;
    if (isUsable) this.#keep(held);
    else held.client.release(isBroken);
    if (next) this.#connect().then(next.take, next.fail);
  }

  /** Ends the connections; those at work when they are done. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#giveBack();
    await this.pool.end();
  }

  async #connect(): Promise<Held> {
    this.#busy++;
    try {
      const client = await this.pool.connect();
      return { client, session: sessionOf(client, this.queries, this.#watch) };
    } catch (thrown) {
      this.#busy--;
      const next = this.#waiting.shift();
      if (next) this.#connect().then(next.take, next.fail);
      throw new DriverFault(thrown);
    }
  }

  #wait(): Promise<Held> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        take: (held) => {
          clearTimeout(timer);
          resolve(held);
        },
        fail: (reason) => {
          clearTimeout(timer);
          reject(reason as Error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new DriverFault(new Error('timeout exceeded when waiting for a connection: all of them are busy')));
      }, this.limits.connectTimeoutMs);
      this.#waiting.push(waiting);
    });
  }

  #keep(held: Held): void {
    socketOf(held).unref();
    this.#idle.push(held);
    this.#giveBackTimer ??= setTimeout(() => this.#giveBack(), IDLE_HERE_MS).unref();
  }

  #giveBack(): void {
    clearTimeout(this.#giveBackTimer);
    this.#giveBackTimer = undefined;
    for (const { client } of this.#idle.splice(0)) client.release(this.#lost.has(client));
  }
}

/** What of a connection decides whether the process stays alive for it; the driver's types do not name it. */
function socketOf({ client }: Held): { ref(): void; unref(): void } {
  return client as PoolClient & { ref(): void; unref(): void };
}
