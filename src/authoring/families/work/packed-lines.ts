import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { textLines } from './text-lines.js';

/** Characters that go to the compressor at a time. */
const PIECE_CHARS = 64 * 1024;

/**
 * Makes one text of many values, for a journal that is to keep them all: a line of JSON each, compressed. What differs little takes a few bytes a
 * value; memory holds the text and nothing else.
 */
export async function packLines(values: Iterable<object> | AsyncIterable<object>): Promise<string> {
  const pieces: Buffer[] = [];
  await pipeline(Readable.from(textOf(values)), createGzip(), async (packed: AsyncIterable<Buffer>) => {
    for await (const piece of packed) pieces.push(piece);
  });
  return Buffer.concat(pieces).toString('base64');
}

/** The values of a text of {@link packLines}, one at a time. */
export async function* unpackLines<T extends object>(packed: string): AsyncGenerator<T> {
  const text = Readable.from([Buffer.from(packed, 'base64')]).pipe(createGunzip());
  text.setEncoding('utf8');
  for await (const line of textLines(text)) yield JSON.parse(line) as T;
}

async function* textOf(values: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  let piece = '';
  for await (const value of values) {
    piece += `${JSON.stringify(value)}\n`;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
