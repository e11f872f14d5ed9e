import type { ClientBase } from 'pg';
import { meaningOf } from './postgres-faults.js';

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

/** A session on a connection of the driver. */
export function sessionOf(client: ClientBase): Session {
  return {
    // By a callback: the driver's own promise costs two more, and looks for a stack that nobody reads here.
    execute: <T>({ name, text }: Statement, values: readonly unknown[] = []) =>
      new Promise<StatementResult<T>>((resolve, reject) => {
        client.query({ name, text, values: values as unknown[] }, (thrown: Error | null, result) => {
          if (thrown) reject(new DriverFault(thrown));
          else resolve({ rows: result.rows as T[], count: result.rowCount ?? 0 });
        });
      }),
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
