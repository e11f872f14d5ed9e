import { hashesIn } from '../run-log-text.js';
import type { BlobRow } from './postgres-blob-statements.js';

/** A text that may refer to large values, and what it is called. */
export interface ReferringText {
  readonly runId: string;
  readonly name: string;
  readonly text: string | null;
}

/** Large values that texts refer to, as far as the database has them. */
export interface FoundBlobs {
  readonly texts: readonly ReferringText[];
  readonly rows: readonly BlobRow[];
}

/** What tells one state of the large values from another. */
export function keysOf({ texts, rows }: FoundBlobs): string[] {
  const keys = rows.map(({ hash, object_key: key }) => `${hash} ${key ?? ''}`);
  return [...hashesIn(texts.map(({ text }) => text)), ...keys].sort();
}
