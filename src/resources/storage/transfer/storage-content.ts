import { nameOfKey } from '../storage-key.js';
import type { StorageCall } from './storage-call.js';

/** Bytes that go into a storage. Text is written as UTF-8. */
export type StorageBody = Uint8Array | string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>;

/** What a provider writes under one key. */
export interface StorageContent {
  /** Read once, from its start to its end; counted as it is read. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Undefined for a stream that nobody has measured. */
  readonly sizeBytes: number | undefined;
  readonly contentType: string;
}

/** How many bytes a body has, where that can be seen without reading it. */
export function sizeOfBody(body: StorageBody): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : undefined;
}

/** The bytes of a body, counted, ended by the call's signal, and as many as were promised. */
export async function* countedBytes(
  body: StorageBody,
  call: StorageCall,
  sizeBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const piece of iterableOf(body)) {
    call.signal?.throwIfAborted();
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (bytes.length === 0) continue;
    count += bytes.length;
    if (sizeBytes !== undefined && count > sizeBytes) throw otherSize(sizeBytes, `at least ${count}`);
    call.meter.add(bytes.length);
    yield bytes;
  }
  call.signal?.throwIfAborted();
  if (sizeBytes !== undefined && count !== sizeBytes) throw otherSize(sizeBytes, String(count));
}

function iterableOf(body: StorageBody): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> {
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
}

function otherSize(expected: number, found: string): Error {
  return new RangeError(`its source has ${found} bytes, expected ${expected}`);
}

/** What the suffix of a key says of the content, where nobody has said it. */
export async function contentTypeOf(key: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { default: mime } = await import('mime');
  return mime.getType(nameOfKey(key)) ?? 'application/octet-stream';
}
