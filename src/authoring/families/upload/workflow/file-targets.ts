import { basename } from 'node:path';
import { LogLevel } from '../../../../foundation/config/enums.js';
import { ChecksumMismatchError } from '../../../../foundation/errors/file.errors.js';
import type { BackendClient } from '../../../../resources/clients/backend/backend-client.interface.js';
import { calculateChecksum } from '../../../../resources/files/checksums/checksum.js';
import type { HashAlgorithm } from '../../../../resources/files/checksums/hash-algorithms.js';
import { isNotFound } from '../../../../resources/storage/storage-path.js';
import type { StorageProvider } from '../../../../resources/storage/storage-provider.interface.js';
import { UploadPlace } from '../upload-params.js';
import type { UploadRunContext } from './upload-run-context.js';

/** A file as it lies where it was uploaded to. */
export interface UploadedFile {
  readonly checksum: string;
  /** Where it lies: as the platform names it, or its URL in the storage. */
  readonly path: string;
  /** Id of the platform's file, where it is one. */
  readonly file_id?: number;
}

/** A file that may have arrived. */
export interface DoubtfulFile {
  /** Path below the source folder. */
  readonly key: string;
  /** The same for the same file of the same run, also after a crash. */
  readonly idempotencyKey: string;
}

/** A file on its way. */
export interface OutgoingFile extends DoubtfulFile {
  /** Where it lies on this machine. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Where files are uploaded to. */
export interface FileTarget {
  /** Uploads a file and makes sure that it arrived as it is. */
  put(file: OutgoingFile): Promise<UploadedFile>;
  /** Takes files away again that were put. Those that are gone are fine. */
  remove(files: AsyncIterable<UploadedFile>, signal: AbortSignal): Promise<void>;
  /** Takes away what has arrived of files that were under way when their process ended. */
  removeDoubtful(files: AsyncIterable<DoubtfulFile>, signal: AbortSignal): Promise<void>;
}

/** The target that the params name. */
export function targetOf(context: UploadRunContext): FileTarget {
  const { params, runtimeCtx } = context;
  if (params.target !== UploadPlace.Storage) return new PlatformTarget(context);
  // A folder of the run's own: what lies in it is its own, also after a crash.
  const folder = context.storage.getPath(params.target_folder).join(runtimeCtx.runId).key;
  return new StorageTarget(context.storage, folder, runtimeCtx.attempt > 1);
}

const BY_LENGTH: Readonly<Record<number, HashAlgorithm>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' };

class PlatformTarget implements FileTarget {
  readonly #client: BackendClient;
  readonly #context: UploadRunContext;

  constructor(context: UploadRunContext) {
    this.#client = context.client;
    this.#context = context;
  }

  async put({ key, path, idempotencyKey, signal }: OutgoingFile): Promise<UploadedFile> {
    // As a header only: whether the platform knows such keys is not known, so the client must not rely on it and repeat the request.
    const headers = { 'idempotency-key': idempotencyKey };
    const made = await this.#client.createDataFile(path, { signal, headers, fileName: basename(key) });
    const { checksum } = made;
    const algorithm = BY_LENGTH[checksum.length];
    // Which digest the platform uses is for it to choose; one that is no known digest says nothing.
    if (algorithm && /^[0-9a-f]+$/i.test(checksum)) {
      const expected = await calculateChecksum(path, { algorithm, signal });
      if (expected !== checksum.toLowerCase()) {
        await this.#client.deleteDataFile(made.id);
        throw new ChecksumMismatchError(`data file ${made.id} (${key})`, algorithm, expected, checksum);
      }
    }
    return { checksum, path: made.file ?? key, file_id: made.id };
  }

  async remove(files: AsyncIterable<UploadedFile>, signal: AbortSignal): Promise<void> {
    for await (const { file_id } of files) {
      if (file_id !== undefined) await this.#client.deleteDataFile(file_id, { signal });
    }
  }

  async removeDoubtful(files: AsyncIterable<DoubtfulFile>, signal: AbortSignal): Promise<void> {
    const unknown: string[] = [];
    for await (const { key, idempotencyKey } of files) {
      const found = await this.#client.findDataFile(idempotencyKey, { signal });
      if (found) await this.#client.deleteDataFile(found.id, { signal });
      else unknown.push(key);
    }
    const data = { count: unknown.length, files: unknown.slice(0, 5) };
    // Either they have not arrived, or the platform knows no keys and keeps them: nobody can tell.
    if (unknown.length > 0) this.#context.runtimeCtx.logger.log(LogLevel.Warning, 'upload_files_in_doubt', data);
  }
}

class StorageTarget implements FileTarget {
  readonly #storage: StorageProvider;
  readonly #folder: string;
  /** Whether an earlier process may have put some of them. */
  readonly #isAgain: boolean;

  constructor(storage: StorageProvider, folder: string, isAgain: boolean) {
    this.#storage = storage;
    this.#folder = folder;
    this.#isAgain = isAgain;
  }

  async put({ key, path, signal }: OutgoingFile): Promise<UploadedFile> {
    const target = this.#storage.getPath(this.#folder).join(key).key;
    const checksum = await calculateChecksum(path, { algorithm: 'md5', signal });
    if (!(this.#isAgain && (await this.#holds(target, checksum, signal)))) {
      await this.#storage.upload(path, target, { signal, keepsPartial: true });
      if (!(await this.#holds(target, checksum, signal))) {
        const found = await this.#storage.checksum(target, { signal });
        await this.#storage.delete(target);
        throw new ChecksumMismatchError(this.#storage.getUrl(target), 'md5', checksum, found);
      }
    }
    return { checksum, path: this.#storage.getUrl(target) };
  }

  async remove(_files: AsyncIterable<UploadedFile>, signal: AbortSignal): Promise<void> {
    await this.#storage.deletePrefix(this.#folder, { signal });
  }

  /** They lie in the run's folder, whether anybody knows of them or not, and are gone with it. */
  async removeDoubtful(): Promise<void> {}

  /** Most storages say the digest of what was uploaded in one piece; otherwise the bytes are read. */
  async #holds(target: string, checksum: string, signal: AbortSignal): Promise<boolean> {
    try {
      const { etag } = await this.#storage.stat(target, { signal });
      return etag === checksum || (await this.#storage.checksum(target, { algorithm: 'md5', signal })) === checksum;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}
