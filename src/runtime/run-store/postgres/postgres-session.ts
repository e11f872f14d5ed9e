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
  /** The same for whoever has no use for another promise: `done` is called once, with the fault where there is one. */
  send(statement: PreparedStatement, values: readonly Cell[], done: Answer<number>): void;
}

/** Is told of the fault, or else of the answer. */
export type Answer<T> = (fault: DriverFault | undefined, answer: T) => void;

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
  /** Has `done` called once, by the answer or when it is late, with what the driver is to call. */
  const once = <T>(none: T, done: Answer<T>): ((thrown: unknown, answer: T) => void) => {
    const awaited = watch.begin((late) => done(new DriverFault(late), none));
    return (thrown, answer) => {
      if (watch.end(awaited)) done(thrown ? new DriverFault(thrown) : undefined, answer);
    };
  };
  const send: Session['send'] = (statement, values, done) =>
    client.query(new WriteStatement(statement, values, once<number>(0, done)));
  return {
    execute: <T>({ name, text }: Statement, values: readonly unknown[] = []) =>
      new Promise<StatementResult<T>>((resolve, reject) => {
        const answered = once<StatementResult<T>>({ rows: [], count: 0 }, (fault, answer) =>
          fault ? reject(fault) : resolve(answer),
        );
        const query = new QueryOfDriver(text, values as unknown[], (thrown, result) =>
          answered(thrown, { rows: (result?.rows ?? []) as T[], count: result?.rowCount ?? 0 }),
        );
        client.query(name === undefined ? query : Object.assign(query, { name }));
      }),
    write: (statement, values) =>
      new Promise((resolve, reject) =>
        send(statement, values, (fault, count) => (fault ? reject(fault) : resolve(count))),
      ),
    send,
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
