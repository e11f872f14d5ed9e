import type { IncomingMessage } from 'node:http';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { raiseForStatus } from '../../../foundation/errors/client.errors.js';
import { DownloadIncompleteError, DownloadLimitError, FileWriteError } from '../../../foundation/errors/file.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';
import { shownUrl } from './address-rules.js';
import type { HttpSource } from './http-source.js';
import type { PartialFile } from './partial-file.js';

/** One download, whatever it takes. */
export interface TransferOptions {
  readonly url: URL;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/** Asks for the bytes that are missing, once, and writes them as they come. */
export async function transfer(source: HttpSource, part: PartialFile, options: TransferOptions): Promise<void> {
  const { url, headers, idleTimeoutMs, signal } = options;
  const canResume = part.size > 0 && part.validator !== undefined;
  const neutralHeaders: Record<string, string> = canResume
    ? { range: `bytes=${part.size}-`, 'if-range': part.validator ?? '' }
    : {};
  const response = await source.open({ url, headers, neutralHeaders, idleTimeoutMs, signal });
  try {
    await receive(response, part, options);
  } catch (error) {
    throw transferError(error, options);
  } finally {
    response.destroy();
  }
}

async function receive(response: IncomingMessage, part: PartialFile, options: TransferOptions): Promise<void> {
  if (response.statusCode === 416 && part.size > 0) return restartAfterRange(response, part, options);
  const offset = firstByteOf(response, part, options.url);
  const decoder = decoderFor(response);
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isSafeInteger(length) && !decoder ? offset + length : undefined;
  await checkRoom(total, options);
  // What was encoded on the way cannot be continued: offsets count encoded bytes.
  await part.begin(offset, decoder ? undefined : validatorOf(response));
  if (decoder) response.once('error', (error) => decoder.destroy(error));
  await writeBody(decoder ? response.pipe(decoder) : response, part, { ...options, total });
}

async function writeBody(
  body: AsyncIterable<Buffer>,
  part: PartialFile,
  options: TransferOptions & { readonly total: number | undefined },
): Promise<void> {
  const { total, url, maxBytes, onProgress } = options;
  for await (const chunk of body) {
    if (part.size + chunk.length > maxBytes) throw tooLarge(options, part.size + chunk.length);
    await part.append(chunk);
    onProgress?.(part.size, total);
  }
  if (total !== undefined && part.size !== total) throw incomplete(url, `${part.size} of ${total} bytes came`);
}

/** Which byte of the file the answer begins with. */
function firstByteOf(response: IncomingMessage, part: PartialFile, url: URL): number {
  const status = response.statusCode ?? 0;
  if (status >= 400) throw statusError(response, url);
  if (status === 206) return offsetOf(response, part, url);
  if (status !== 200) throw incomplete(url, `the server answered with status ${status}`);
  return 0;
}

/** The server has no such range: either all of it is here, or what is here is of another version. */
async function restartAfterRange(
  response: IncomingMessage,
  part: PartialFile,
  { url }: TransferOptions,
): Promise<void> {
  const total = /\*\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
  if (Number(total) === part.size && validatorOf(response) === part.validator) return;
  await part.begin(0, undefined);
  throw incomplete(url, 'the file on the server is another one than that of which a part was here');
}

function offsetOf(response: IncomingMessage, part: PartialFile, url: URL): number {
  const start = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) === part.size) return part.size;
  part.validator = undefined; // asks for the whole the next time
  throw incomplete(url, `the server sent a range that begins at ${start ?? 'no byte'}, asked for ${part.size}`);
}

/** What makes sure that a later range is of the same bytes; a weak ETag does not. */
function validatorOf({ headers }: IncomingMessage): string | undefined {
  if (headers['accept-ranges'] === 'none') return undefined;
  return headers.etag !== undefined && !headers.etag.startsWith('W/') ? headers.etag : headers['last-modified'];
}

function decoderFor({ headers }: IncomingMessage) {
  const encoding = headers['content-encoding']?.toLowerCase();
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'br') return createBrotliDecompress();
  return encoding === 'deflate' ? createInflate() : undefined;
}

async function checkRoom(total: number | undefined, options: TransferOptions): Promise<void> {
  if (total === undefined) return;
  if (total > options.maxBytes) throw tooLarge(options, total);
  const { bavail, bsize } = await statfs(dirname(options.target));
  if (total > bavail * bsize) {
    throw new FileWriteError(options.target, `it has ${total} bytes, and ${bavail * bsize} are free`);
  }
}

/** The class of the status, with the server's own word on when to come back. */
function statusError(response: IncomingMessage, url: URL): Error {
  try {
    raiseForStatus(response.statusCode ?? 0, `${shownUrl(url)}: ${response.statusMessage ?? ''}`);
    return incomplete(url, 'the server answered with an error');
  } catch (error) {
    return Object.assign(error as Error, { retryAfterMs: retryAfterMs(response.headers['retry-after']) });
  }
}

/** Seconds, or a date. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function transferError(error: unknown, { url, target, signal }: TransferOptions): unknown {
  if (signal?.aborted) return signal.reason;
  if (SynapseError.is(error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isOfDisk = syscall !== undefined && ['write', 'open', 'ftruncate', 'rename'].includes(syscall);
  if (isOfDisk && code !== 'EPIPE') return FileWriteError.of(target, error);
  return incomplete(url, `the connection broke: ${messageOf(error)}`, error);
}

function tooLarge({ url, maxBytes }: TransferOptions, found: number): DownloadLimitError {
  return new DownloadLimitError(shownUrl(url), maxBytes, found);
}

function incomplete(url: URL, problem: string, cause?: unknown): DownloadIncompleteError {
  return new DownloadIncompleteError(shownUrl(url), problem, cause);
}
