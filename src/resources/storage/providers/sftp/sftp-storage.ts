import { posix } from 'node:path';
import {
  StorageConnectionError,
  StorageFailedError,
  StorageNotFoundError,
  StoragePermissionError,
  StorageUnsupportedError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import type { StorageEntry } from '../../storage-options.js';
import type { FailedWork } from '../../storage-primitives.js';
import { StorageProvider } from '../../storage-provider.interface.js';
import { abortable } from '../../transfer/abortable.js';
import { abortableBytes } from '../../transfer/abortable-bytes.js';
import type { LocalFile } from '../../transfer/local-file.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import type { StorageContent } from '../../transfer/storage-content.js';
import { type FolderTree, walkFolders } from '../../walk-folders.js';
import { RESUMED_BYTES, SftpFileUpload } from './sftp-file-upload.js';
import { entryOf, etagOf, type RemoteChild, SftpFolders } from './sftp-folders.js';
import { SftpPool } from './sftp-pool.js';
import { renameOver } from './sftp-rename.js';
import type { SftpSession } from './sftp-session.js';
import type { SFTPStorageConfig } from './sftp-storage-config.js';
import { readPieces } from './sftp-streams.js';
import { clearAfterFailure, closeHandle, nameBeside, openNew, writeAndClose } from './sftp-writing.js';

const DEFAULT_PORT = 22;

/**
 * Storage in a folder of an SFTP server. Files are written beside their place and renamed in one step, where the server can. With `keepsPartial`, and after a
 * crash, the next upload of the same large file and key from this machine goes on with what is there. A link that leads out of the folder is not followed, and
 * not listed. Of two versions of a file with the same size and the same second, SFTP says nothing.
 */
export class SFTPStorage extends StorageProvider {
  protected override readonly idleTimeoutMs: number;
  readonly #pool: SftpPool;
  readonly #origin: string;
  readonly #username: string;
  readonly #root: string;

  constructor(config: SFTPStorageConfig) {
    super();
    const { host, port, username, root_path: root, timeout } = config;
    this.idleTimeoutMs = timeout * 1000;
    this.#username = username;
    this.#pool = new SftpPool(config);
    const name = host.includes(':') ? `[${host}]` : host;
    this.#origin = `sftp://${name}${port === DEFAULT_PORT ? '' : `:${port}`}`;
    this.#root = root === '' ? '.' : root.replace(/\/+$/, '');
  }

  override close(): Promise<void> {
    return this.#pool.close();
  }

  /** As in the original, nothing in it is percent-encoded. */
  protected override urlOf(key: string): string {
    const root = this.#root === '.' ? '' : this.#root;
    const slash = root === '' || root.startsWith('/') ? '' : '/';
    return `${this.#origin}${slash}${root}${key === '' ? '' : `/${key}`}`;
  }

  protected override translate(thrown: unknown, { work, key }: FailedWork): Error | undefined {
    const { code } = thrown as { code?: unknown };
    if (code === 2) return StorageNotFoundError.object(key, this.urlOf(key), thrown);
    if (code === 3) return new StoragePermissionError(work, messageOf(thrown), thrown);
    if (code === 6 || code === 7) return new StorageConnectionError(work, messageOf(thrown), { cause: thrown });
    if (code === 8) return new StorageUnsupportedError(`The ${work} is`, 'SFTP', messageOf(thrown));
    if (code === 4)
      return new StorageFailedError(work, new Error('the server says no more than that', { cause: thrown }));
    return undefined;
  }

  protected override statObject(key: string, { signal }: StorageCall): Promise<StorageEntry | undefined> {
    return this.#do(signal, async (folders) => {
      const facts = await folders.stat(key);
      if (facts === undefined && key === '') throw StorageNotFoundError.place(this.urlOf(''));
      return facts && entryOf(key, facts);
    });
  }

  protected override async openObject(key: string, range: ByteRange, { signal }: StorageCall): Promise<OpenedObject> {
    signal?.throwIfAborted();
    const session = await this.#pool.take();
    try {
      return await abortable(signal, () => this.#open(session, key, range));
    } catch (thrown) {
      this.#pool.release(session);
      throw thrown;
    }
  }

  protected override async putObject(key: string, { body }: StorageContent, { signal }: StorageCall): Promise<void> {
    signal?.throwIfAborted();
    await this.#pool.use(async (session) => {
      const folders = new SftpFolders(session, this.#root);
      const path = await abortable(signal, () => folders.checkedPath(key));
      const unfinished = nameBeside(path);
      const bytes = abortableBytes(body, signal);
      try {
        await abortable(signal, async () => {
          const handle = await openNew(session, folders, unfinished);
          await writeAndClose(session, handle, { bytes, start: 0 });
        });
        signal?.throwIfAborted(); // the last moment at which nothing has happened
        await renameOver(session, unfinished, path);
      } catch (thrown) {
        await clearAfterFailure(this.#pool, { unfinished, path });
        throw thrown;
      }
    });
  }

  protected override async putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    if (file.sizeBytes < RESUMED_BYTES) return super.putFile(key, file, call);
    const identity = ['sftp', this.#origin, this.#username, this.#root, key];
    await new SftpFileUpload({ pool: this.#pool, root: this.#root, identity, key, file, call }).run();
  }

  protected override async *listObjects(
    folder: string,
    recursive: boolean,
    call: StorageCall,
  ): AsyncGenerator<StorageEntry> {
    const again = <T>(work: (folders: SftpFolders) => Promise<T>): Promise<T> =>
      call.retry(() => this.#do(call.signal, work));
    const tree: FolderTree<RemoteChild> = {
      children: (key) => again((folders) => folders.children(key)),
      entryOf: (key, child) => again((folders) => folders.entryOf(key, child)),
    };
    yield* walkFolders(tree, folder, recursive);
  }

  protected override removeObject(key: string, { signal }: StorageCall): Promise<boolean> {
    return this.#do(signal, async (folders) => {
      const facts = await folders.lstat(key);
      if (facts === undefined || facts.isDirectory()) return false;
      await folders.unlink(folders.pathOf(key));
      return true;
    });
  }

  protected override async moveObject(from: string, to: string, { signal }: StorageCall): Promise<void> {
    await this.#pool.use(async (session) => {
      const folders = new SftpFolders(session, this.#root);
      const [source, target] = await abortable(signal, async () => {
        const paths = [await folders.checkedPath(from), await folders.checkedPath(to)] as const;
        await folders.make(posix.dirname(paths[1]));
        return paths;
      });
      signal?.throwIfAborted(); // the last moment at which nothing has happened
      try {
        await renameOver(session, source, target);
      } catch (thrown) {
        await clearAfterFailure(this.#pool, { path: target });
        throw thrown;
      }
    });
  }

  protected override async removeFolder(folder: string, call: StorageCall): Promise<number> {
    let count = 0;
    for await (const _file of this.listObjects(folder, true, call)) count++;
    await this.#do(call.signal, async (folders) => {
      const facts = await folders.lstat(folder);
      if (facts?.isDirectory() === true) await folders.removeAll(folder, call.signal);
    });
    return count;
  }

  #do<T>(signal: AbortSignal | undefined, work: (folders: SftpFolders) => Promise<T>): Promise<T> {
    return abortable(signal, () => this.#pool.use((session) => work(new SftpFolders(session, this.#root))));
  }

  async #open(session: SftpSession, key: string, { start, end = Infinity }: ByteRange): Promise<OpenedObject> {
    const folders = new SftpFolders(session, this.#root);
    const facts = await folders.stat(key);
    if (facts?.isFile() !== true) throw StorageNotFoundError.object(key, this.urlOf(key));
    const handle = await session.ask<Buffer>((wire, answer) => wire.open(folders.pathOf(key), 'r', answer));
    const onClose = (): void => {
      closeHandle(session, handle).catch(() => undefined); // nothing was written
      this.#pool.release(session); // at once: whoever comes next need not log in anew
    };
    try {
      // It may have been replaced since.
      const { size, mtime } = await session.ask<{ size: number; mtime: number }>((wire, answer) =>
        wire.fstat(handle, answer),
      );
      const body = readPieces(session, handle, { start, end: Math.min(end, size), onClose });
      return { body, sizeBytes: size, etag: etagOf({ ...facts, size, mtime }) };
    } catch (thrown) {
      await closeHandle(session, handle).catch(() => undefined);
      throw thrown;
    }
  }
}
