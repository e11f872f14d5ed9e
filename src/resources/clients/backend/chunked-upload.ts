import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ClientError } from '../../../foundation/errors/client.errors.js';
import { FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { calculateChecksum } from '../../files/checksums/checksum.js';
import type { PlatformClient } from '../platform-client.interface.js';
import { answerWith } from './answer-shape.js';

const DEFAULT_CHUNK_BYTES = 50 * 1024 * 1024;
/** How often a service may name another place in the file than the one that it was sent, without anything new arriving. */
const MAX_CORRECTIONS = 3;
const START_PATH = 'chunked_upload/';

/** How a file is uploaded in pieces. */
export interface ChunkedUploadOptions {
  /** Bytes of a piece, 1 and up. @defaultValue 52,428,800 (50 MiB) */
  readonly chunkBytes?: number;
  /** The name that the platform is told. @defaultValue the file's own */
  readonly fileName?: string;
  /** Called after each piece with the bytes that the service has. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** A file that the platform has got in pieces. */
export interface ChunkedUpload {
  readonly id: number;
  readonly file: string;
  readonly checksum: string;
  readonly size: number;
  readonly [field: string]: unknown;
}

/**
 * Uploads a file in pieces. Each is read where the service says it is, whatever was sent before; the service checks the whole by its MD5.
 *
 * @throws {@link FileNotFoundError}; {@link ClientError} for a service that loses its place; what the client throws.
 */
export async function uploadInChunks(
  client: PlatformClient,
  path: string,
  options: ChunkedUploadOptions = {},
): Promise<ChunkedUpload> {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile()) throw new FileNotFoundError('file', resolve(path));
  const { chunkBytes = DEFAULT_CHUNK_BYTES, signal } = options;
  if (!(Number.isInteger(chunkBytes) && chunkBytes > 0)) {
    throw new ClientError(`chunkBytes must be a whole number above 0, got ${chunkBytes}.`);
  }
  // Read beside the upload rather than before it: the disk is quicker than the network.
  const digest = calculateChecksum(path, { algorithm: 'md5', signal });
  digest.catch(() => undefined);
  const url = await new ChunkSender(client, path, facts.size, options).sendAll(chunkBytes);
  const answer = await client.post(url, { md5: await digest }, { signal, idempotencyKey: `finish:${url}` });
  return answerWith<ChunkedUpload>('an upload', answer, { id: 'number', file: 'string' });
}

/** Where an upload has come to. */
interface Place {
  readonly url: string;
  readonly offset: number;
}

class ChunkSender {
  readonly #client: PlatformClient;
  readonly #path: string;
  readonly #total: number;
  readonly #options: ChunkedUploadOptions;

  constructor(client: PlatformClient, path: string, total: number, options: ChunkedUploadOptions) {
    this.#client = client;
    this.#path = path;
    this.#total = total;
    this.#options = options;
  }

  /** Resolves to the URL that the upload is finished at. */
  async sendAll(chunkBytes: number): Promise<string> {
    let place: Place = { url: START_PATH, offset: 0 };
    let corrections = 0;
    while (place.offset < this.#total) {
      const next: Place = await this.#send(place, Math.min(place.offset + chunkBytes, this.#total));
      corrections = next.offset > place.offset ? 0 : corrections + 1;
      if (corrections > MAX_CORRECTIONS || next.offset > this.#total) {
        throw new ClientError(
          `The service keeps asking for byte ${next.offset} of ${basename(this.#path)} (${this.#total} bytes).`,
          { details: { offset: next.offset, size: this.#total } },
        );
      }
      place = next;
      this.#options.onProgress?.(place.offset, this.#total);
    }
    return place.url;
  }

  async #send({ url, offset }: Place, end: number): Promise<Place> {
    const { fileName = basename(this.#path), signal } = this.#options;
    const form = {
      fields: { filename: fileName },
      file: { field: 'file', fileName: 'chunk', path: this.#path, start: offset, end },
    };
    const headers = { 'content-range': `bytes ${offset}-${end - 1}/${this.#total}` };
    try {
      const answer = await this.#client.sendForm('PUT', url, form, { headers, signal });
      return answerWith<Place>('a piece of an upload', answer, { id: 'number', url: 'string', offset: 'number' });
    } catch (error) {
      const expected = expectedOffset(error);
      if (expected === undefined || url === START_PATH) throw error;
      return { url, offset: expected };
    }
  }
}

/** The place that a service names when it refuses a piece, e.g. since it has it already and only its answer was lost. */
function expectedOffset(error: unknown): number | undefined {
  if (!SynapseError.is(error) || error.details['status_code'] !== 400) return undefined;
  const { body } = error.details;
  const offset = isRecord(body) ? body['offset'] : undefined;
  return typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 ? offset : undefined;
}
