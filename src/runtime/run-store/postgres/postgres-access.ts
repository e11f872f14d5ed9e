import type { PostgresConnection, SessionWork } from './postgres-connection.js';
import type { PostgresReader } from './postgres-reader.js';
import type { Session } from './postgres-session.js';
import type { PostgresStatements } from './postgres-statements.js';
import { RowWriter } from '../row-writer.js';
import type { GroupedWrite, WriteGroups } from './write-groups.js';

/** What the work of a store is done with. */
export interface PostgresParts {
  /** Where the store lies, for errors. */
  readonly location: string;
  /** Size of a value's JSON above which it goes to a table of its own, in bytes. */
  readonly maxInlineBytes: number;
  readonly connection: PostgresConnection;
  readonly groups: WriteGroups;
  readonly statements: PostgresStatements;
  readonly reader: PostgresReader;
}

/** Makes the values of one write. */
export function writerOf({ location, maxInlineBytes }: PostgresParts): RowWriter {
  return new RowWriter(location, maxInlineBytes);
}

/** One write of a run. */
export interface RunWrite<T> {
  readonly runId: string;
  readonly writer: RowWriter;
  /** Statements; one is sent as it is, in a single round trip. */
  readonly statements: number;
  readonly work: SessionWork<T>;
  /** Whether what the work came to means that something was written. */
  readonly hasWritten: (outcome: T) => boolean;
  /** How it can be sent together with others, and what it has come to where it was. */
  readonly grouped?: { readonly make: () => Omit<GroupedWrite, 'runId'> | undefined; readonly written: T };
}

/** Does a write as one: in a transaction where it is more than one statement. */
export function writeRun<T>(parts: PostgresParts, write: RunWrite<T>): Promise<T> {
  const { connection, statements } = parts;
  const { runId, writer, work, hasWritten, grouped } = write;
  if (writer.blobs.isEmpty) {
    if (write.statements > 1) return connection.transaction(work);
    if (!grouped) return connection.run(work);
    const alone = (isUnknown: boolean): Promise<T> =>
      connection.run((session, isInDoubt) => work(session, isInDoubt || isUnknown));
    const writeOf = (): GroupedWrite | undefined => {
      const made = grouped.make();
      return made && { runId, ...made };
    };
    return parts.groups.send(writeOf, alone, grouped.written);
  }
  return connection.transaction(async (session, isInDoubt) => {
    // Before a value is found to be there already: whoever sweeps could otherwise remove it before the run refers to it.
    await session.execute(statements.lockBlobs('shared'));
    const outcome = await work(session, isInDoubt);
    if (hasWritten(outcome)) await keepBlobs(session, parts, runId, writer);
    return outcome;
  });
}

async function keepBlobs(
  session: Session,
  { statements }: PostgresParts,
  runId: string,
  { blobs }: RowWriter,
): Promise<void> {
  await session.execute(statements.insertBlobs(), [blobs.hashes, blobs.texts]);
  await session.execute(statements.useBlobs(), [runId, blobs.hashes]);
}
