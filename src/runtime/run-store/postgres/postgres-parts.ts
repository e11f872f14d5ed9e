import { RowWriter } from '../row-writer.js';
import type { PostgresBlobStatements } from './postgres-blob-statements.js';
import type { PostgresConnection } from './postgres-connection.js';
import type { PostgresObjects } from './postgres-objects.js';
import type { PostgresReader } from './postgres-reader.js';
import type { PostgresStatements } from './postgres-statements.js';
import type { WriteGroups } from './write-groups.js';

/** What the work of a store is done with. */
export interface PostgresParts {
  /** Where the store lies, for errors. */
  readonly location: string;
  /** Size of a value's JSON above which it is large, in bytes. */
  readonly maxInlineBytes: number;
  readonly connection: PostgresConnection;
  readonly groups: WriteGroups;
  readonly statements: PostgresStatements;
  readonly blobStatements: PostgresBlobStatements;
  /** Where large values go; undefined where a table has them. */
  readonly objects: PostgresObjects | undefined;
  readonly reader: PostgresReader;
}

/** Makes the values of one write. */
export function writerOf({ location, maxInlineBytes }: PostgresParts): RowWriter {
  return new RowWriter(location, maxInlineBytes);
}
