import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import { StorageDownloadError } from '../../../../foundation/errors/storage.errors.js';
import type { StorageEntry } from '../../storage-options.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import { HttpStatusFailure } from './http-failure.js';
import type { ReadBody } from './tapped-body.js';

/** Headers that ask for a range, of one version where that is known. */
export function rangeHeaders({ start, end, etag }: ByteRange): Record<string, string> {
  if (start === 0 && end === undefined) return {};
  const last = end === undefined ? '' : String(end - 1);
  // A weak tag does not vouch for the same bytes, and a server may ignore it or the range.
  const isSure = etag !== undefined && !etag.startsWith('W/');
  return { range: `bytes=${start}-${last}`, ...(isSure && { 'if-range': isDate(etag) ? etag : `"${etag}"` }) };
}

/** What a file's headers say of it. */
export function entryOfHeaders(key: string, headers: IncomingHttpHeaders): StorageEntry {
  const { 'last-modified': modified, 'content-type': contentType } = headers;
  const modifiedAt = modified === undefined ? undefined : new Date(modified);
  const etag = etagOf(headers);
  return {
    key,
    kind: 'file',
    sizeBytes: lengthOf(headers) ?? 0,
    ...(modifiedAt && !Number.isNaN(modifiedAt.getTime()) && { modifiedAt }),
    ...(etag !== undefined && { etag }),
    ...(contentType !== undefined && { contentType }),
  };
}

/** A response that came for a range. */
export interface RangeResponse {
  readonly response: IncomingMessage;
  readonly range: ByteRange;
  /** Only errors name it. */
  readonly url: string;
}

/**
 * The range that was asked for, out of whatever the server made of the question.
 *
 * @param bodyOf - The body of a response that is read as it is.
 */
export function openedObject(
  { response, range, url }: RangeResponse,
  bodyOf: (response: IncomingMessage) => ReadBody,
): OpenedObject {
  const { headers, statusCode: status } = response;
  const etag = etagOf(headers) ?? headers['last-modified'];
  if (status === 206) {
    const sizeBytes = sizeOfPart(response, range, url);
    return { ...bodyOf(response), sizeBytes, etag };
  }
  if (status === 200) {
    const body = isWhole(range) ? bodyOf(response) : { body: sliceOf(response, range) };
    return { ...body, sizeBytes: lengthOf(headers), etag };
  }
  response.resume();
  const sizeBytes = status === 416 ? sizeBehind(response, range) : undefined;
  if (sizeBytes === undefined) throw new HttpStatusFailure(response, url);
  return { body: Readable.from([]), sizeBytes, etag: etag ?? range.etag };
}

/** Bytes of an object that ends before the range; undefined where it does not, or nobody knows. */
function sizeBehind({ headers }: IncomingMessage, { start }: ByteRange): number | undefined {
  const total = /\*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  return total === undefined || start < Number(total) ? undefined : Number(total);
}

function isWhole({ start, end = Infinity }: ByteRange): boolean {
  return start === 0 && end === Infinity;
}

/** Bytes of the whole, of which this is a part; undefined where the server keeps that for itself. */
function sizeOfPart(response: IncomingMessage, { start }: ByteRange, url: string): number | undefined {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (Number(first) === start) return total === '*' ? undefined : Number(total);
  response.destroy();
  throw new StorageDownloadError(url, `the server sent bytes from ${first ?? 'nowhere'} on, asked for ${start}`);
}

/** The server knows no ranges, or has another version: what comes before the range is skipped. */
function sliceOf(response: IncomingMessage, { start, end = Infinity }: ByteRange): Readable {
  let at = 0;
  const slice = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      const [from, to] = [Math.max(0, start - at), Math.min(bytes.length, end - at)];
      at += bytes.length;
      if (to > from) this.push(bytes.subarray(from, to));
      if (at >= end) this.push(null);
      done();
    },
  });
  return pipeline(response, slice, () => undefined) as Transform;
}

function lengthOf(headers: IncomingHttpHeaders): number | undefined {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

/** Without quotes; a weak one keeps its `W/`. */
function etagOf({ etag }: IncomingHttpHeaders): string | undefined {
  return etag?.replace(/^(W\/)?"(.*)"$/, '$1$2');
}

function isDate(text: string): boolean {
  return / GMT$/.test(text);
}
