import { randomBytes } from 'node:crypto';
import { forEachBounded } from '../../../resources/storage/transfer/for-each-bounded.js';
import { BlobStorage, type StoredObject } from '../blob-storage.js';
import type { StagedBlobs } from '../staged-blobs.js';
import type { BlobRow, PostgresBlobStatements } from './postgres-blob-statements.js';
import type { PostgresConnection } from './postgres-connection.js';
import { inTransaction, type Session } from './postgres-session.js';
import { RemovalTally } from './removal-tally.js';

/** Large values that are ready to be referred to. */
export interface PreparedBlobs {
  /** Objects that were written for this write, each under a key that was never used before. */
  readonly written: readonly StoredObject[];
  /** Keys of objects that were found to be lost: those just written take their place. */
  readonly lost: readonly string[];
}

const SWEPT_AT_ONCE = 200;
const AT_ONCE = { limit: BlobStorage.CALLS_AT_ONCE };

/**
 * Large values as objects of a storage.
 *
 * A key is reserved in the database, the object is written, and the transaction that refers to it takes the reservation: nobody waits for a storage while
 * holding a lock or a connection. A key is never used twice. So once it is neither reserved nor referred to, it never will be: its object can be
 * removed at any time, by anybody, and a removal that arrives late takes nothing that is needed. Who finds its reservation gone, because a sweep took it, keeps
 * the value in the database.
 */
export class PostgresObjects {
  #storeId: Promise<string> | undefined;

  constructor(
    private readonly storage: BlobStorage,
    private readonly connection: PostgresConnection,
    private readonly statements: PostgresBlobStatements,
  ) {}

  /** Writes the values that the storage does not have. */
  async prepare(blobs: StagedBlobs, runId: string): Promise<PreparedBlobs> {
    const storeId = await this.#id();
    const known = await this.connection.run(async (session) => {
      const { rows } = await session.execute<BlobRow>(this.statements.find(), [blobs.hashes]);
      return new Map(rows.map((row) => [row.hash, row]));
    });
    const lost: string[] = [];
    const missing: string[] = [];
    await forEachBounded(blobs.hashes, AT_ONCE, async (hash) => {
      const row = known.get(hash);
      const object = row && objectOf(row);
      if (row && (!object || (await this.storage.isThere(object, runId)))) return;
      if (object) lost.push(object.key);
      missing.push(hash);
    });
    const written = missing.sort().map((hash) => newObject(storeId, hash, blobs.staged(hash)));
    if (written.length > 0) {
      await this.connection.run((session) => session.execute(this.statements.reserve(), [written.map(keyOf)]));
      await forEachBounded(written, AT_ONCE, (object) => this.storage.write(object, blobs.staged(object.hash), runId));
    }
    return { written, lost };
  }

  /**
   * Has the values referred to, within the transaction of the write. Other writers may have been faster, and a sweep may have taken what was prepared.
   *
   * @returns Whether all that was prepared is needed.
   */
  async keep(session: Session, blobs: StagedBlobs, { written, lost }: PreparedBlobs): Promise<boolean> {
    let taken = 0;
    if (written.length > 0) {
      const { rows } = await session.execute<{ object_key: string }>(this.statements.release(), [written.map(keyOf)]);
      const reserved = new Set(rows.map(({ object_key }) => object_key));
      const kept = written.filter(({ key }) => reserved.has(key));
      const columns = [kept.map(({ hash }) => hash), kept.map(keyOf), kept.map(({ sizeBytes }) => sizeBytes)];
      taken = (await session.execute(this.statements.insertObjects(), [...columns, await this.storage.url(), lost]))
        .count;
    }
    const { rows } = await session.execute<BlobRow>(this.statements.find(), [blobs.hashes]);
    const present = new Set(rows.filter(({ object_key: key }) => key === null || !lost.includes(key)).map(hashIn));
    const absent = blobs.hashes.filter((hash) => !present.has(hash)).sort();
    const texts = absent.map((hash) => blobs.staged(hash));
    if (absent.length > 0) await session.execute(this.statements.insertInstead(), [absent, texts, lost]);
    return taken === written.length;
  }

  /** Removes what was written in vain: the run was not written, or another writer was faster. What is not removed here, a sweep removes. */
  async discard({ written }: PreparedBlobs): Promise<void> {
    await this.#removeUnneeded(written.map(keyOf), new RemovalTally()).catch(() => undefined);
  }

  /** Finds out whether the storage is named as it has to be. */
  check(): Promise<void> {
    return this.storage.check();
  }

  /** Removes every object of this store that no value refers to. What the storage does not let go of, a later sweep removes. */
  async sweep(): Promise<RemovalTally> {
    const folder = await this.#id();
    const tally = new RemovalTally();
    let keys: string[] = [];
    for await (const key of this.#found(folder, tally)) {
      keys.push(key);
      if (keys.length < SWEPT_AT_ONCE) continue;
      await this.#removeUnneeded(keys, tally);
      keys = [];
      if (tally.isGivenUp) break;
    }
    await this.#removeUnneeded(keys, tally);
    await this.connection.run((session) => session.execute(this.statements.forgetReservations()));
    return tally;
  }

  /** Keys of this store's objects, as far as the storage lists them. */
  async *#found(folder: string, tally: RemovalTally): AsyncGenerator<string> {
    try {
      for await (const key of this.storage.keys(folder)) if (isKey(folder, key)) yield key;
    } catch (thrown) {
      tally.interrupted(thrown);
    }
  }

  async #removeUnneeded(keys: readonly string[], tally: RemovalTally): Promise<void> {
    if (keys.length === 0) return;
    const referred = await this.connection.run((session) =>
      inTransaction(session, async () => {
        // First: who is about to refer to one has to wait, and finds then that it is not to be had.
        await session.execute(this.statements.release(), [keys]);
        const { rows } = await session.execute<{ object_key: string }>(this.statements.referred(), [keys]);
        return new Set(rows.map(({ object_key }) => object_key));
      }),
    );
    const unneeded = keys.filter((key) => !referred.has(key));
    await forEachBounded(unneeded, AT_ONCE, (key) => tally.remove(() => this.storage.remove(key)));
  }

  #id(): Promise<string> {
    const id = (this.#storeId ??= this.connection.run(async (session) => {
      const { rows } = await session.execute<{ id: string }>(this.statements.storeId());
      return rows[0]?.id ?? '';
    }));
    id.catch(() => (this.#storeId = undefined));
    return id;
  }
}

/** The object that a value is in; undefined for one that the database itself has. */
export function objectOf({ hash, object_key: key, object_bytes: sizeBytes }: BlobRow): StoredObject | undefined {
  return key === null ? undefined : { hash, key, sizeBytes: sizeBytes ?? 0 };
}

function newObject(storeId: string, hash: string, text: string): StoredObject {
  const key = `${storeId}/${hash.slice(0, 2)}/${hash}-${randomBytes(6).toString('hex')}`;
  return { key, hash, sizeBytes: Buffer.byteLength(text) };
}

function isKey(storeId: string, key: string): boolean {
  const [folder, part, name, ...rest] = key.split('/');
  if (folder !== storeId || rest.length > 0) return false;
  return /^[0-9a-f]{64}-[0-9a-f]{12}$/.test(name ?? '') && name?.slice(0, 2) === part;
}

function keyOf({ key }: StoredObject): string {
  return key;
}

function hashIn({ hash }: BlobRow): string {
  return hash;
}
