import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { StatementSync } from 'node:sqlite';

/** Header and half of a page: what is left of a frame when its writer dies. */
const HALF_FRAME_BYTES = 24 + 2_048;

/**
 * Has the next transaction on a SQLite file crash in its middle: some of it is written, half a frame of garbage lies at the end of the log,
 * and its COMMIT never comes.
 *
 * @param path - The file; its log lies beside it.
 */
export function tearSqliteWrite(path: string): (crash: () => void) => void {
  return (crash) => {
    const { prototype } = process.getBuiltinModule('node:sqlite').StatementSync;
    const { run } = prototype;
    let statements = 0;
    prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
      const changes = Reflect.apply(run, this, values);
      if (++statements === 2) {
        appendFileSync(`${path}-wal`, Buffer.alloc(HALF_FRAME_BYTES, 0xa5));
        crash();
      }
      return changes;
    } as typeof run;
  };
}

/** Has the next message that goes out over a socket crash in its middle: half of it is sent. */
export function tearSocketWrite(): (crash: () => void) => void {
  return (crash) => {
    const { prototype } = Socket;
    const { write } = prototype;
    prototype.write = function (this: Socket, chunk: Uint8Array) {
      prototype.write = () => false; // nothing follows the half
      return Reflect.apply(write, this, [chunk.subarray(0, chunk.length >> 1), crash]) as boolean;
    } as typeof write;
  };
}
