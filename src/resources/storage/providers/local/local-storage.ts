import { createWriteStream, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, opendir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileWriteError } from '../../../../foundation/errors/file.errors.js';
import {
  StorageKeyError,
  StorageNotFoundError,
  StoragePermissionError,
  StorageUploadError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import { isPlaceBeside, sweepFolder } from '../../../files/places/leftovers.js';
import { syncFolders } from '../../../files/places/sync-to-disk.js';
import { writeAtomically } from '../../../files/places/write-atomically.js';
import type { StorageEntry } from '../../storage-options.js';
import type { FailedWork } from '../../storage-primitives.js';
import { StorageProvider } from '../../storage-provider.interface.js';
import { type LocalFile, PIECE_BYTES, pieceBytesOf, streamOf } from '../../transfer/local-file.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { countedBytes, type StorageContent } from '../../transfer/storage-content.js';
import { walkFolders } from '../../walk-folders.js';
import type { LocalStorageConfig } from './local-storage-config.js';

/** So many are remembered of the folders that were swept. */
const MAX_SWEPT = 10_000;

/**
 * Storage in a folder. Files are written beside their place and renamed, so that of two writers the later one wins whole. A link inside the folder that leads out
 * of it is not followed, and not listed; linked folders are not entered when it is listed.
 */
export class LocalStorage extends StorageProvider {
  /** Absolute path of the folder. It is made when the first file is written. */
  readonly location: string;
  readonly #durable: boolean;
  readonly #swept = new Set<string>();

  constructor({ location, durable_writes: durable = false }: LocalStorageConfig) {
    super();
    this.location = resolve(location);
    this.#durable = durable;
  }

  /** Where a key lies on the disk; says nothing about whether something is there. */
  getLocalPath(key: string): string {
    return this.#placeOf(this.getPath(key).key);
  }

  /** As in the original, nothing in it is percent-encoded. */
  protected override urlOf(key: string): string {
    return `file://${this.#placeOf(key)}`;
  }

  protected override translate(thrown: unknown, { work, key }: FailedWork): Error | undefined {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return StorageNotFoundError.object(key, this.urlOf(key), thrown);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return new StoragePermissionError(work, messageOf(thrown), thrown);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return new StorageUploadError(
        'the disk is full; free some space',
        { target: this.urlOf(key) },
        { cause: thrown },
      );
    if (code === 'ENAMETOOLONG') return new StorageKeyError(key, 'the file system does not take a name that long');
    return undefined;
  }

  protected override async statObject(key: string): Promise<StorageEntry | undefined> {
    const facts = await this.#lookAt(key);
    if (facts?.isDirectory()) return { key, kind: 'folder', sizeBytes: 0, modifiedAt: facts.mtime };
    return facts?.isFile() ? fileEntry(key, facts) : undefined;
  }

  protected override async openObject(key: string, { start, end }: ByteRange): Promise<OpenedObject> {
    const facts = await this.#lookAt(key);
    if (!facts?.isFile()) throw StorageNotFoundError.object(key, this.urlOf(key));
    const handle = await open(this.#placeOf(key), 'r');
    const opened = await handle.stat(); // it may have been replaced since
    const last = end === undefined ? {} : { end: end - 1 };
    const body = handle.createReadStream({ start, ...last, highWaterMark: pieceBytesOf(opened.size) });
    return { body, sizeBytes: opened.size, etag: etagOf(opened) };
  }

  protected override putObject(key: string, { body }: StorageContent, call: StorageCall): Promise<void> {
    return this.#place(key, call, { write: (unfinished) => writeBody(unfinished, body, call) });
  }

  /** Rights and the time of the last change come along. */
  protected override async putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    const stream = streamOf(file);
    const body = countedBytes(stream as AsyncIterable<Buffer>, call, file.sizeBytes);
    const write = async (unfinished: string): Promise<void> => {
      await writeBody(unfinished, body, call);
      await chmod(unfinished, file.mode);
    };
    const finish = (unfinished: string): Promise<void> => utimes(unfinished, file.modifiedAt, file.modifiedAt);
    await call.during(stream, () => this.#place(key, call, { write, finish }));
  }

  protected override listObjects(folder: string, recursive: boolean): AsyncIterable<StorageEntry> {
    return walkFolders(
      { children: (key) => this.#children(key), entryOf: (key, child) => this.#entryOf(key, child) },
      folder,
      recursive,
    );
  }

  protected override async removeObject(key: string): Promise<boolean> {
    const place = await this.#checkedParent(key);
    const facts = await lstat(place).catch(nothing);
    if (facts === undefined || facts.isDirectory()) return false;
    await rm(place, { force: true });
    return true;
  }

  protected override async moveObject(from: string, to: string): Promise<void> {
    const [source, target] = [await this.#checkedParent(from), await this.#checkedParent(to)];
    const made = await mkdir(dirname(target), { recursive: true });
    await rename(source, target);
    if (!this.#durable) return;
    await syncFolders(dirname(target), made);
    await syncFolders(dirname(source));
  }

  protected override async removeFolder(folder: string, call: StorageCall): Promise<number> {
    const facts = await this.#lookAt(folder);
    if (!facts?.isDirectory()) return 0;
    let count = 0;
    for await (const _file of this.listObjects(folder, true)) count++;
    call.signal?.throwIfAborted();
    await rm(this.#placeOf(folder), { recursive: true, force: true });
    return count;
  }

  #placeOf(key: string): string {
    return join(this.location, key); // a key has no part that leads upwards
  }

  async #place(key: string, call: StorageCall, { write, finish }: FileMaking): Promise<void> {
    const place = await this.#checkedParent(key);
    const move = async (unfinished: string, target: string): Promise<void> => {
      await finish?.(unfinished);
      call.signal?.throwIfAborted(); // the last moment at which nothing has happened
      await rename(unfinished, target);
    };
    await writeAtomically(place, write, { move, sweeps: false, durable: this.#durable }).catch((thrown: unknown) => {
      // Of a storage on a disk, the disk's own words are the reason.
      throw thrown instanceof FileWriteError && thrown.cause !== undefined ? thrown.cause : thrown;
    });
    await this.#sweepOnce(dirname(place));
  }

  /** Removes what processes that died have left in a folder that is written to; not each time, for it may have a million files. */
  async #sweepOnce(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return;
    if (this.#swept.size >= MAX_SWEPT) this.#swept.clear();
    this.#swept.add(folder);
    await sweepFolder(folder);
  }

  /** The facts of what a key leads to, if that lies in the folder. */
  async #lookAt(key: string): Promise<Stats | undefined> {
    const place = this.#placeOf(key);
    const real = await realpath(place).catch(nothing);
    if (real === undefined) return undefined;
    await this.#assertInside(real, key);
    return stat(real).catch(nothing);
  }

  /** Where a key lies, if the folders that are already there do not lead out. The file itself may be a link: it is replaced, not followed. */
  async #checkedParent(key: string): Promise<string> {
    const place = this.#placeOf(key);
    for (let folder = dirname(place); folder.length >= this.location.length; folder = dirname(folder)) {
      const real = await realpath(folder).catch(nothing);
      if (real === undefined) continue;
      await this.#assertInside(real, key);
      break;
    }
    return place;
  }

  async #assertInside(real: string, key: string): Promise<void> {
    if (!(await this.#isInside(real))) throw new StorageKeyError(key, 'a link on its way leads out of the root');
  }

  async #isInside(real: string): Promise<boolean> {
    const root = await realpath(this.location);
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
  }

  async #children(folder: string): Promise<LocalChild[]> {
    const facts = await this.#lookAt(folder);
    if (!facts?.isDirectory()) return [];
    const children: LocalChild[] = [];
    // Entry by entry, keeping what is needed: a folder may have a million of them.
    for await (const dirent of await opendir(this.#placeOf(folder), { bufferSize: 256 })) {
      if (isPlaceBeside(dirent.name)) continue;
      children.push({ name: dirent.name, isFolder: dirent.isDirectory(), isLink: dirent.isSymbolicLink() });
    }
    return children;
  }

  async #entryOf(key: string, { isLink }: LocalChild): Promise<StorageEntry | undefined> {
    const place = this.#placeOf(key);
    if (isLink) {
      const real = await realpath(place).catch(nothing);
      if (real === undefined || !(await this.#isInside(real))) return undefined;
      const target = await stat(real).catch(nothing);
      return target?.isFile() ? fileEntry(key, target) : undefined;
    }
    const facts = await stat(place).catch(nothing);
    if (facts?.isDirectory()) return { key, kind: 'folder', sizeBytes: 0, modifiedAt: facts.mtime };
    return facts?.isFile() ? fileEntry(key, facts) : undefined;
  }
}

interface LocalChild {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** How a file comes to be. */
interface FileMaking {
  readonly write: (unfinished: string) => Promise<void>;
  /** What must not be done earlier than just before it gets its name: one with an old time may look like one that was left behind. */
  readonly finish?: (unfinished: string) => Promise<void>;
}

async function writeBody(unfinished: string, body: AsyncIterable<Uint8Array>, call: StorageCall): Promise<void> {
  await pipeline(body, createWriteStream(unfinished, { flags: 'wx', highWaterMark: PIECE_BYTES }), {
    signal: call.signal,
  });
}

function fileEntry(key: string, facts: Stats): StorageEntry {
  return { key, kind: 'file', sizeBytes: facts.size, modifiedAt: facts.mtime, etag: etagOf(facts) };
}

function etagOf({ ino, size, mtimeMs }: Stats): string {
  return `${ino.toString(36)}-${size.toString(36)}-${mtimeMs.toString(36)}`;
}

/** Nothing is there, or something on the way is no folder. Other errors are errors. */
function nothing(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return undefined;
  throw thrown;
}
