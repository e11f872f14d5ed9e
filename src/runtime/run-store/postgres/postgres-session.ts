import type { ClientBase, Query } from 'pg';
import type { AnswerWatch } from './answer-watch.js';
import type { Cell } from '../row-writer.js';
import { codeOfFault, meaningOf } from './postgres-faults.js';
import { type PreparedStatement, WriteStatement } from './write-statement.js';

const UNIQUE_VIOLATION = '23505';

/** SQL with the name under which each connection prepares it once; without one it is sent as it is. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** What a statement came to. */
export interface StatementResult<T> {
  readonly rows: readonly T[];
  /** Rows that were written, or read. */
  readonly count: number;
}

/** Where statements are executed: one connection, for the time of some work. */
export interface Session {
  execute<T = unknown>(statement: Statement, values?: readonly unknown[]): Promise<StatementResult<T>>;
  /** Executes a statement of which only the number of rows is wanted. */
  write(statement: PreparedStatement, values: readonly Cell[]): Promise<number>;
}

/** Tells what the driver or the server threw from what work with them threw. */
export class DriverFault extends Error {
  constructor(readonly fault: unknown) {
    super('a fault of the driver');
  }
}

/** Whether work ended because its connection was lost, or gave no answer in time. */
export function isLost(thrown: unknown): boolean {
  return thrown instanceof DriverFault && meaningOf(thrown.fault) === 'unreachable';
}

/** Whether a statement failed since what it would have added is there already. */
export function isTaken(thrown: unknown): boolean {
  return thrown instanceof DriverFault && codeOfFault(thrown.fault) === UNIQUE_VIOLATION;
}

/** The driver's class of statements under way. */
export type QueryClass = typeof Query;

/**
 * A session on a connection of the driver.
 *
 * Statements are made by their class, since the driver copies what it is given otherwise, property by property, which takes as long as sending it. And
 * by a callback: the driver's own promise costs two more, and looks for a stack that nobody reads here.
 *
 * @param watch - Says how long the server may take for each.
 */
export function sessionOf(client: ClientBase, QueryOfDriver: QueryClass, watch: AnswerWatch): Session {
  const answerTo = <T>(send: (done: (thrown: unknown, answer: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const awaited = watch.begin((late) => reject(new DriverFault(late)));
      send((thrown, answer) => {
        watch.end(awaited);
        if (thrown) reject(new DriverFault(thrown));
        else resolve(answer);
      });
    });
  return {
    execute: <T>({ name, text }: Statement, values: readonly unknown[] = []) =>
      answerTo<StatementResult<T>>((done) => {
        const query = new QueryOfDriver(text, values as unknown[], (thrown, result) =>
          done(thrown, { rows: (result?.rows ?? []) as T[], count: result?.rowCount ?? 0 }),
        );
        client.query(name === undefined ? query : Object.assign(query, { name }));
      }),
    write: (statement, values) => answerTo<number>((done) => client.query(new WriteStatement(statement, values, done))),
  };
}

/** Does work that others see as a whole or not at all. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  // Whatever the server's default is: the statements count on seeing what was committed while they waited for a row.
  await session.execute({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' });
  try {
    const result = await work();
    await session.execute({ text: 'COMMIT' });
    return result;
  } catch (thrown) {
    // A connection that was lost, or that still waits for an answer, is ended, and its transaction with it.
    if (!isLost(thrown)) await session.execute({ text: 'ROLLBACK' }).catch(() => undefined);
    throw thrown;
  }
}
