import { forEachBounded } from '../../../resources/storage/transfer/for-each-bounded.js';
import { BlobStorage } from '../blob-storage.js';
import { StoreValueLostError } from '../../../foundation/errors/store.errors.js';
import { hashesIn } from '../run-log-text.js';
import { UnreadValue } from '../lost-value.js';
import { StagedBlobs } from '../staged-blobs.js';
import { StoredValues } from '../stored-values.js';
import { type FoundBlobs, keysOf, type ReferringText } from './found-blobs.js';
import type { BlobRow, PostgresBlobStatements } from './postgres-blob-statements.js';
import type { PostgresConnection } from './postgres-connection.js';
import { objectOf } from './postgres-objects.js';
import type { Session } from './postgres-session.js';

/** What was read with one connection, and what becomes of it once its large values are there. */
export interface Reading<T> {
  readonly found: FoundBlobs;
  readonly finish: (values: StoredValues) => T;
}

/** What large values are read with. */
export interface ReaderOptions {
  /** Where the store lies, for errors. */
  readonly location: string;
  readonly connection: PostgresConnection;
  readonly statements: PostgresBlobStatements;
  /** Where large values are that the database does not have itself. */
  readonly storage: BlobStorage | undefined;
}

/** Fetches the large values that rows refer to: from the database all at once, from a storage when no connection waits for it. */
export class PostgresReader {
  constructor(private readonly options: ReaderOptions) {}

  /** Reads something with its large values. */
  async read<T>(work: (session: Session) => Promise<Reading<T>>): Promise<T> {
    const { connection } = this.options;
    const first = await connection.run(work);
    const blobs = await this.#blobsOf(first.found);
    const finish = (): T => first.finish(valuesIn(blobs));
    try {
      const read = finish();
      if (!blobs.hasMissed) return read;
    } catch (thrown) {
      if (!(thrown instanceof StoreValueLostError)) throw thrown;
    }
    // What was missed may have been removed with its run meanwhile, or have moved.
    const again = await connection.run(work);
    if (keysOf(again.found).join() === keysOf(first.found).join()) return finish();
    return again.finish(await this.values(again.found));
  }

  /** Looks up what texts refer to. */
  async find(session: Session, texts: readonly ReferringText[]): Promise<FoundBlobs> {
    const hashes = hashesIn(texts.map(({ text }) => text));
    if (hashes.length === 0) return { texts, rows: [] };
    return { texts, rows: (await session.execute<BlobRow>(this.options.statements.select(), [hashes])).rows };
  }

  /** Makes values of what was found, without a connection. One that cannot be had is an error for whoever reads it. */
  async values(found: FoundBlobs): Promise<StoredValues> {
    return valuesIn(await this.#blobsOf(found));
  }

  async #blobsOf({ rows }: FoundBlobs): Promise<StagedBlobs> {
    const blobs = new StagedBlobs(this.options.location);
    for (const { hash, content } of rows) if (content !== null) blobs.add(hash, content);
    const apart = rows.filter(({ content }) => content === null);
    let down: UnreadValue | undefined;
    await forEachBounded(apart, { limit: BlobStorage.CALLS_AT_ONCE }, async (row) => {
      try {
        blobs.add(row.hash, await this.#textOf(row, down));
      } catch (thrown) {
        if (thrown instanceof UnreadValue && thrown.isOutOfTime) down = thrown;
        blobs.fail(row.hash, thrown instanceof UnreadValue ? thrown.failure : () => thrown);
      }
    });
    return blobs;
  }

  /** @param down - Why another value was not read in all the time that there is: the storage is not asked again. */
  async #textOf(row: BlobRow, down: UnreadValue | undefined): Promise<string> {
    const object = objectOf(row);
    const { storage } = this.options;
    if (!object || !storage) throw notHere(`${row.storage ?? ''}/${row.object_key ?? ''}`, row.storage ?? '');
    if (down) throw await storage.skipped(object, down.reason);
    return storage.read(object);
  }
}

function valuesIn(blobs: StagedBlobs): StoredValues {
  return new StoredValues({ blobs, maxInlineBytes: Infinity });
}

function notHere(url: string, folder: string): UnreadValue {
  const problem = 'lies in a storage that this store was opened without';
  const cure = `Open it with that storage: the option blobStorage, or ?blob_storage= in the URL that --store takes, is ${folder}.`;
  return new UnreadValue((name) => new StoreValueLostError({ ...name, url }, problem, cure), problem, false);
}
