import type { RowWriter } from '../row-writer.js';
import type { SessionWork } from './postgres-connection.js';
import type { PostgresObjects } from './postgres-objects.js';
import type { PostgresParts } from './postgres-parts.js';
import type { GroupedWrite } from './write-groups.js';

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
  const { connection } = parts;
  const { runId, writer, work, grouped } = write;
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
  return parts.objects ? writeObjects(parts, write, parts.objects) : writeRows(parts, write);
}

/** Does a write whose large values are rows of a table. */
function writeRows<T>(parts: PostgresParts, { runId, writer, work, hasWritten }: RunWrite<T>): Promise<T> {
  const { connection, blobStatements } = parts;
  const { hashes, texts } = writer.blobs;
  return connection.transaction(async (session, isInDoubt) => {
    // Before a value is found to be there already: whoever sweeps could otherwise remove it before the run refers to it.
    await session.execute(blobStatements.lock('shared'));
    const outcome = await work(session, isInDoubt);
    if (hasWritten(outcome)) {
      await session.execute(blobStatements.insert(), [hashes, texts]);
      await session.execute(blobStatements.use(), [runId, hashes]);
    }
    return outcome;
  });
}

/** Does a write whose large values are objects of a storage: those are there before anything refers to them. */
async function writeObjects<T>(parts: PostgresParts, write: RunWrite<T>, objects: PostgresObjects): Promise<T> {
  const { connection, blobStatements } = parts;
  const { runId, writer, work, hasWritten } = write;
  const prepared = await objects.prepare(writer.blobs, runId);
  let isNeeded = false;
  const outcome = await connection.transaction(async (session, isInDoubt) => {
    await session.execute(blobStatements.lock('shared'));
    const done = await work(session, isInDoubt);
    isNeeded = hasWritten(done);
    if (isNeeded) {
      isNeeded = await objects.keep(session, writer.blobs, prepared);
      await session.execute(blobStatements.use(), [runId, writer.blobs.hashes]);
    }
    return done;
  });
  if (!isNeeded) await objects.discard(prepared);
  return outcome;
}
