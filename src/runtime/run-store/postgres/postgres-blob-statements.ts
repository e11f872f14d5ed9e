import type { Statement } from './postgres-session.js';

/** A large value as its table has it: its text, or where the object is that holds it. */
export interface BlobRow {
  readonly hash: string;
  readonly content: string | null;
  /** URL of the folder that the object was written to, for people. */
  readonly storage: string | null;
  readonly object_key: string | null;
  readonly object_bytes: number | null;
}

/** Statements about the large values of a store. They are rare, and none of them is prepared. */
export class PostgresBlobStatements {
  readonly #blobs: string;
  readonly #uses: string;
  readonly #uploads: string;

  constructor(private readonly schema: string) {
    this.#blobs = `"${schema}".blobs`;
    this.#uses = `"${schema}".blob_uses`;
    this.#uploads = `"${schema}".blob_uploads`;
  }

  /** Holds back whoever sweeps large values until the transaction ends; with `exclusive`, whoever writes some. */
  lock(mode: 'shared' | 'exclusive'): Statement {
    const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
    return { text: `SELECT ${lock}(hashtextextended('nest-synapse blobs ${this.schema}', 0))` };
  }

  /** Values: hashes, contents. */
  insert(): Statement {
    const text = `INSERT INTO ${this.#blobs} (hash, content) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`;
    return { text };
  }

  /** Values: hashes, contents, keys of objects that these take the place of. */
  insertInstead(): Statement {
    return {
      text: `INSERT INTO ${this.#blobs} AS blobs (hash, content) SELECT * FROM unnest($1::text[], $2::text[])
        ON CONFLICT (hash) DO UPDATE SET content = excluded.content, storage = NULL, object_key = NULL, object_bytes = NULL
        WHERE blobs.object_key = ANY ($3::text[])`,
    };
  }

  /** Values: hashes, keys, sizes, URL of their folder, keys of objects that these take the place of. Answers with the keys it has taken. */
  insertObjects(): Statement {
    return {
      text: `INSERT INTO ${this.#blobs} AS blobs (hash, object_key, object_bytes, storage)
        SELECT hash, object_key, object_bytes, $4 FROM unnest($1::text[], $2::text[], $3::bigint[]) AS added (hash, object_key, object_bytes)
        ON CONFLICT (hash) DO UPDATE SET storage = excluded.storage, object_key = excluded.object_key, object_bytes = excluded.object_bytes
        WHERE blobs.object_key = ANY ($5::text[]) RETURNING object_key`,
    };
  }

  /** Values: id of a run, hashes. */
  use(): Statement {
    const text = `INSERT INTO ${this.#uses} (run_key, hash)
      SELECT key, hash FROM "${this.schema}".runs, unnest($2::text[]) AS hash WHERE id = $1 ON CONFLICT DO NOTHING`;
    return { text };
  }

  /** Values: hashes. */
  select(): Statement {
    return {
      text: `SELECT hash, content, storage, object_key, object_bytes FROM ${this.#blobs} WHERE hash = ANY ($1)`,
    };
  }

  /** The same without contents. Values: hashes. */
  find(): Statement {
    return {
      text: `SELECT hash, NULL AS content, storage, object_key, object_bytes FROM ${this.#blobs} WHERE hash = ANY ($1)`,
    };
  }

  /** Removes what no run refers to; answers for each with whether it held the value itself. */
  sweep(): Statement {
    const uses = `SELECT FROM ${this.#uses} AS uses WHERE uses.hash = blobs.hash`;
    return {
      text: `DELETE FROM ${this.#blobs} AS blobs WHERE NOT EXISTS (${uses}) RETURNING content IS NOT NULL AS "isText"`,
    };
  }

  /** By which the objects of this store are told from those of another one in the same place. */
  storeId(): Statement {
    return { text: `SELECT store_id AS id FROM "${this.schema}".schema_version` };
  }

  /** Values: keys. Says that somebody is about to write these objects and to refer to them. */
  reserve(): Statement {
    return { text: `INSERT INTO ${this.#uploads} (object_key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING` };
  }

  /** Values: keys. Ends reservations; answers with those that there were. */
  release(): Statement {
    return { text: `DELETE FROM ${this.#uploads} WHERE object_key = ANY ($1) RETURNING object_key` };
  }

  /** Values: keys. Those that a value refers to. */
  referred(): Statement {
    return { text: `SELECT object_key FROM ${this.#blobs} WHERE object_key = ANY ($1)` };
  }

  /** Forgets reservations of writers that died before they wrote anything. */
  forgetReservations(): Statement {
    return { text: `DELETE FROM ${this.#uploads} WHERE reserved_at < now() - interval '1 day'` };
  }
}
