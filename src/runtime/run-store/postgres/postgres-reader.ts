import { forEachBounded } from '../../../resources/storage/transfer/for-each-bounded.js';
import { BlobStorage, type StoredObject } from '../blob-storage.js';
import { StoreValueLostError } from '../../../foundation/errors/store.errors.js';
import { hashesIn } from '../run-log-text.js';
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
    try {
      return first.finish(await this.values(first.found));
    } catch (thrown) {
      if (!(thrown instanceof StoreValueLostError)) throw thrown;
      // It may have been removed with its run meanwhile, or have moved.
      const again = await connection.run(work);
      if (keysOf(again.found).join() === keysOf(first.found).join()) throw thrown;
      return again.finish(await this.values(again.found));
    }
  }

  /** Looks up what texts refer to. */
  async find(session: Session, texts: readonly ReferringText[]): Promise<FoundBlobs> {
    const hashes = hashesIn(texts.map(({ text }) => text));
    if (hashes.length === 0) return { texts, rows: [] };
    return { texts, rows: (await session.execute<BlobRow>(this.options.statements.select(), [hashes])).rows };
  }

  /** Makes values of what was found, without a connection. */
  async values({ texts, rows }: FoundBlobs): Promise<StoredValues> {
    const blobs = new StagedBlobs(this.options.location);
    for (const { hash, content } of rows) if (content !== null) blobs.add(hash, content);
    const apart = rows.filter(({ content }) => content === null);
    if (apart.length > 0) {
      await forEachBounded(apart, { limit: BlobStorage.CALLS_AT_ONCE }, async (row) => {
        const object = objectOf(row);
        if (object) blobs.add(row.hash, await this.#textOf(object, row.storage ?? '', texts));
      });
    }
    return new StoredValues({ blobs, maxInlineBytes: Infinity });
  }

  #textOf(object: StoredObject, folder: string, texts: readonly ReferringText[]): Promise<string> {
    const { runId, name } = texts.find(({ text }) => text?.includes(object.hash)) ?? { runId: '?', name: 'value' };
    const { storage } = this.options;
    if (storage) return storage.read(object, { runId, value: name });
    throw new StoreValueLostError(
      { runId, value: name, url: `${folder}/${object.key}` },
      'lies in a storage that this store was opened without',
      `Open it with that storage: the option blobStorage, or ?blob_storage= in the URL that --store takes, is ${folder}.`,
    );
  }
}
