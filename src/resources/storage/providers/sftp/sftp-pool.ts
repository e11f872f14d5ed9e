import { SftpSession } from './sftp-session.js';
import type { SFTPStorageConfig } from './sftp-storage-config.js';

/** How long an unused connection is kept, in milliseconds. It may keep the process from its end for as long. */
const IDLE_MS = 5_000;

/**
 * A bounded number of connections, each of which carries any number of requests: the least busy one is taken, so nobody ever waits for
 * somebody who waits in turn.
 */
export class SftpPool {
  readonly #config: SFTPStorageConfig;
  readonly #sessions = new Set<SftpSession>();
  readonly #timers = new Map<SftpSession, NodeJS.Timeout>();
  readonly #opening = new Set<Promise<SftpSession>>();

  constructor(config: SFTPStorageConfig) {
    this.#config = config;
  }

  /** A connection; give it back with {@link SftpPool.release}. */
  async take(): Promise<SftpSession> {
    const session = await this.#leastBusy();
    session.load++;
    session.setIdle(false);
    clearTimeout(this.#timers.get(session));
    return session;
  }

  release(session: SftpSession): void {
    session.load--;
    if (session.load > 0 || !session.isOpen) return;
    session.setIdle(true);
    clearTimeout(this.#timers.get(session));
    this.#timers.set(session, setTimeout(() => this.#drop(session), IDLE_MS).unref());
  }

  async use<T>(work: (session: SftpSession) => Promise<T>): Promise<T> {
    const session = await this.take();
    try {
      return await work(session);
    } finally {
      this.release(session);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opening);
    for (const session of this.#sessions) this.#drop(session);
  }

  async #leastBusy(): Promise<SftpSession> {
    for (const session of this.#sessions) if (!session.isOpen) this.#drop(session);
    const best = [...this.#sessions].sort((a, b) => a.load - b.load)[0];
    const hasRoom = this.#sessions.size + this.#opening.size < this.#config.max_connections;
    if (best !== undefined && (best.load === 0 || !hasRoom)) return best;
    if (!hasRoom) {
      await Promise.race(this.#opening);
      return this.#leastBusy();
    }
    const opening = SftpSession.open(this.#config);
    this.#opening.add(opening);
    try {
      const session = await opening;
      this.#sessions.add(session);
      return session;
    } finally {
      this.#opening.delete(opening);
    }
  }

  #drop(session: SftpSession): void {
    clearTimeout(this.#timers.get(session));
    this.#timers.delete(session);
    this.#sessions.delete(session);
    session.close();
  }
}
