import type { Connection, Submittable } from 'pg';
import type { Cell } from '../row-writer.js';
import { executeMessage, SYNC } from './execute-message.js';

/** What of a connection the driver's types do not name: the statements that it has prepared. */
interface PreparedStatements {
  readonly parsedStatements: Readonly<Record<string, string>>;
}

/** SQL with the name under which each connection prepares it once. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** How the server names what it has done, e.g. `INSERT 0 1`. */
interface CommandComplete {
  readonly text: string;
}

/**
 * A prepared statement of which only the number of rows is wanted.
 *
 * The driver lets an object take part in its protocol that has these methods, as its cursors do. Its own statements ask the server for the
 * columns of the answer each time, and build a result that nobody reads here: a tenth of what a commit costs this process.
 */
export class WriteStatement implements Submittable {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly Cell[];
  /** Public and not read-only: where the driver has a time limit of its own, it puts its own in front, to take its timer back. */
  callback: (thrown: unknown, count: number) => void;
  #count = 0;

  /** @param done - Is told of the error, or else how many rows were written. */
  constructor(
    { name, text }: PreparedStatement,
    values: readonly Cell[],
    done: (thrown: unknown, count: number) => void,
  ) {
    this.name = name;
    this.text = text;
    this.#values = values;
    this.callback = done;
  }

  submit(connection: Connection): void {
    const { name, text } = this;
    const { parsedStatements } = connection as Connection & PreparedStatements;
    let message: Buffer = SYNC;
    try {
      if (parsedStatements[name] === undefined) connection.parse({ name, text, types: [] }, true);
      message = executeMessage(name, this.#values);
    } catch (thrown) {
      this.callback(thrown, 0);
    }
    // Also after a failure: the connection is ready again when the server has answered this.
    if (connection.stream.writable) connection.stream.write(message);
  }

  handleCommandComplete({ text }: CommandComplete): void {
    this.#count = Number(text.slice(text.lastIndexOf(' ') + 1));
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#count);
  }

  handleError(thrown: unknown): void {
    this.callback(thrown, 0);
  }

  /** Rows of a statement that only locks. */
  handleDataRow(): void {
    // They are counted by the server.
  }
}
