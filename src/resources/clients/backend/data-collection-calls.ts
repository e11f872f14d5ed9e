import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HTTPError } from '../../../foundation/errors/client.errors.js';
import { FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { apiPath } from '../http/api-path.js';
import { PagedResults } from '../paged-results.js';
import { type CallOptions, PlatformClient, type QueryParams } from '../platform-client.interface.js';
import { answerWith } from './answer-shape.js';
import type { ChunkedUpload, ChunkedUploadOptions } from './chunked-upload.js';
import type { DataCollection, DataFile, DataUnit, NewDataUnit, PlatformRecord } from './platform-records.js';

/** Files above this go in pieces, in bytes. */
const MAX_WHOLE_BYTES = 50 * 1024 * 1024;
const PAGE_SIZE = 100;
/** How long to wait before each further question after a file whose first request may still be at work. */
const BUSY_DELAYS_MS = [100, 200, 400, 800, 1_600];
const CONFLICT = 409;
/** What the platform says no with, and would again. */
const REFUSALS = [400, 404, 405, CONFLICT, 415, 422];
/** The platform counts a collection's units before it answers. */
const LIST_UNITS_TIMEOUT_MS = 60_000;

/** How a file becomes one of the platform's. */
export interface DataFileOptions extends ChunkedUploadOptions {
  /** Whether it goes in pieces. @defaultValue whether it has more than 50 MiB */
  readonly useChunkedUpload?: boolean;
  /** Headers of the request that makes the file, e.g. `idempotency-key`. @defaultValue none */
  readonly headers?: CallOptions['headers'];
}

/** How a list is asked for. */
export interface PageOptions extends Pick<CallOptions, 'signal' | 'timeoutMs'> {
  /** Items of a page. @defaultValue 100 */
  readonly pageSize?: number;
}

/** The platform's data collections, their files and units. */
export abstract class DataCollectionCalls extends PlatformClient {
  /** The data collections that the token may see. */
  listDataCollections(query: QueryParams = {}, options: PageOptions = {}): PagedResults<DataCollection> {
    return this.list('data_collections/', query, options);
  }

  /** A data collection with its file specifications. */
  getDataCollection(id: number, options: CallOptions = {}): Promise<DataCollection> {
    return this.get(apiPath`data_collections/${id}/`, { expand: 'file_specifications' }, options);
  }

  /** Uploads a file, in pieces where it is large. @throws {@link FileNotFoundError}. */
  async createDataFile(path: string, options: DataFileOptions = {}): Promise<DataFile> {
    const { signal, headers, fileName = basename(path) } = options;
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) throw new FileNotFoundError('file', resolve(path));
    const fields = { id: 'number', checksum: 'string' } as const;
    if (options.useChunkedUpload ?? size > MAX_WHOLE_BYTES) {
      const { id } = await this.createChunkedUpload(path, options);
      const made = await this.post('data_files/', { chunked_upload: id }, { signal, headers });
      return answerWith('a data file', made, fields);
    }
    const form = { file: { field: 'file', fileName, path } };
    return answerWith('a data file', await this.sendForm('POST', 'data_files/', form, { signal, headers }), fields);
  }

  /** Uploads a file in pieces; what comes of it is named by the request that follows, e.g. of a model. */
  async createChunkedUpload(path: string, options: ChunkedUploadOptions = {}): Promise<ChunkedUpload> {
    const { uploadInChunks } = await import('./chunked-upload.js');
    return uploadInChunks(this, path, options);
  }

  /** Says of each checksum whether the platform has a file with it. */
  verifyDataFilesChecksums<T = Record<string, unknown>>(checksums: readonly string[]): Promise<T> {
    return this.post('data_files/verify_checksums/', { checksums });
  }

  /**
   * Finds the file that a request with this `idempotency-key` has made, whose answer was lost; undefined where the platform has none, or knows no keys.
   *
   * It asks for a file of nothing with the same key: a platform that knows the key answers as it did the first time, any other refuses. While the first
   * request is still at work, such a platform says that it conflicts; then it is asked again for about three seconds.
   */
  findDataFile(idempotencyKey: string, options: CallOptions = {}): Promise<DataFile | undefined> {
    return this.findMade<DataFile>('data_files/', idempotencyKey, options);
  }

  /** Removes a file; one that is gone already is fine. */
  deleteDataFile(id: number, options: CallOptions = {}): Promise<void> {
    return this.deleteOnce(apiPath`data_files/${id}/`, options);
  }

  /** One data unit. */
  getDataUnit(id: number, query: QueryParams = {}): Promise<DataUnit> {
    return this.get(apiPath`data_units/${id}/`, query);
  }

  /** Data units by what they belong to, e.g. `{ data_collection: 9 }`; a page at a time. */
  listDataUnits(query: QueryParams = {}, options: PageOptions = {}): PagedResults<DataUnit> {
    return this.list('data_units/', query, { timeoutMs: LIST_UNITS_TIMEOUT_MS, pageSize: PAGE_SIZE, ...options });
  }

  /** Makes data units of files that the platform has. A list is one request. */
  createDataUnits(data: NewDataUnit, options?: CallOptions): Promise<DataUnit>;
  createDataUnits(data: readonly NewDataUnit[], options?: CallOptions): Promise<DataUnit[]>;
  createDataUnits(data: NewDataUnit | readonly NewDataUnit[], options: CallOptions = {}): Promise<unknown> {
    return this.post('data_units/', data, options);
  }

  /** Removes a data unit; one that is gone already is fine. */
  deleteDataUnit(id: number, options: CallOptions = {}): Promise<void> {
    return this.deleteOnce(apiPath`data_units/${id}/`, options);
  }

  /** A list in pages of the size that the caller wants. */
  protected list<T>(path: string, query: QueryParams, options: PageOptions = {}): PagedResults<T> {
    const { pageSize: page_size, ...rest } = options;
    // What leads to the next page is the platform's own word, with everything in it that the first request said.
    return new PagedResults((url) =>
      url === null
        ? this.get(path, { ...query, page_size: page_size ?? query['page_size'] }, rest)
        : this.get(url, {}, rest),
    );
  }

  /** What a request with this key has made: one of nothing with the same key is answered as that was, or refused. */
  protected async findMade<T extends PlatformRecord>(
    path: string,
    idempotencyKey: string,
    options: CallOptions,
  ): Promise<T | undefined> {
    const headers = { ...options.headers, 'idempotency-key': idempotencyKey };
    for (let asked = 0; ; asked++) {
      try {
        const made: unknown = await this.post(path, {}, { ...options, headers });
        return isRecord(made) && typeof made['id'] === 'number' ? (made as T) : undefined;
      } catch (error) {
        const delayMs = BUSY_DELAYS_MS[asked];
        const status = error instanceof HTTPError ? error.statusCode : undefined;
        if (status === undefined || !REFUSALS.includes(status)) throw error;
        if (status !== CONFLICT || delayMs === undefined) return undefined;
        await sleep(delayMs, undefined, { signal: options.signal });
      }
    }
  }

  /** An undo may be called again after a crash: what is gone is what it wants. */
  protected async deleteOnce(path: string, options: CallOptions): Promise<void> {
    try {
      await this.delete(path, options);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'SYN_HTTP_NOT_FOUND') throw error;
    }
  }
}
