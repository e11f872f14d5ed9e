import { posix } from 'node:path';
import { StorageKeyError } from '../../../../foundation/errors/storage.errors.js';
import { isPlaceBeside } from '../../../files/places/leftovers.js';
import type { StorageEntry } from '../../storage-options.js';
import type { FolderChild } from '../../walk-folders.js';
import type { SftpSession } from './sftp-session.js';

/** What the server says of a file, a folder or a link. */
export interface RemoteFacts {
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** What lies in a folder. */
export interface RemoteChild extends FolderChild {
  readonly facts: RemoteFacts;
}

const NO_SUCH_FILE = 2;

/** The folders below one root of one server. Nothing is followed out of the root: neither a key nor a link that lies on its way. */
export class SftpFolders {
  readonly #session: SftpSession;
  readonly #root: string;

  /** @param root - Without a slash at its end; empty for `/`, `.` for where the user arrives. */
  constructor(session: SftpSession, root: string) {
    this.#session = session;
    this.#root = root;
  }

  /** Where a key lies; says nothing about whether something is there. */
  pathOf(key: string): string {
    return key === '' ? this.#root || '/' : `${this.#root}/${key}`;
  }

  /** The facts of what a key leads to, links followed; undefined where there is nothing. */
  async stat(key: string): Promise<RemoteFacts | undefined> {
    const path = this.pathOf(key);
    return orNothing(async () => {
      await this.#assertInside(await this.#real(path), key);
      return this.#session.ask<RemoteFacts>((wire, answer) => wire.stat(path, answer));
    });
  }

  /** The facts of what lies under a key, be it a link. */
  async lstat(key: string): Promise<RemoteFacts | undefined> {
    const path = await this.checkedPath(key);
    return orNothing(() => this.#session.ask<RemoteFacts>((wire, answer) => wire.lstat(path, answer)));
  }

  /** Where a key lies, if the folders on its way that are already there do not lead out. */
  async checkedPath(key: string): Promise<string> {
    const path = this.pathOf(key);
    for (let folder = posix.dirname(path); folder.length >= this.pathOf('').length; folder = posix.dirname(folder)) {
      const real = await orNothing(() => this.#real(folder));
      if (real !== undefined) {
        await this.#assertInside(real, key);
        break;
      }
      if (folder === posix.dirname(folder)) break;
    }
    return path;
  }

  /** Makes a folder and those above it, the root included. */
  async make(path: string): Promise<void> {
    const make = (): Promise<void> =>
      this.#session.ask<void>((wire, answer) => wire.mkdir(path, (error) => answer(error, undefined)));
    try {
      await make();
    } catch (thrown) {
      if (isMissing(thrown) && path !== posix.dirname(path)) {
        await this.make(posix.dirname(path));
        await make().catch(() => undefined); // somebody else may have made it: whoever needs it will see
      } else if (!(await this.#isFolder(path))) throw thrown;
    }
  }

  /** What lies in a folder, but what is not whole yet; nothing where there is none. */
  async children(folder: string, withUnfinished = false): Promise<RemoteChild[]> {
    const facts = await this.stat(folder);
    if (facts?.isDirectory() !== true) return [];
    const path = this.pathOf(folder);
    const found = await this.#session.ask<readonly { filename: string; attrs: RemoteFacts }[]>((wire, answer) =>
      wire.readdir(path, answer),
    );
    return found
      .filter(({ filename }) => isName(filename) && (withUnfinished || !isPlaceBeside(filename)))
      .map(({ filename: name, attrs }) => ({ name, isFolder: attrs.isDirectory(), facts: attrs }));
  }

  /** A child as an entry: a linked file is one where it lies inside the root, a linked folder is none. */
  async entryOf(key: string, { facts }: RemoteChild): Promise<StorageEntry | undefined> {
    if (!facts.isSymbolicLink()) return entryOf(key, facts);
    try {
      const target = await this.stat(key);
      return target?.isFile() === true ? entryOf(key, target) : undefined;
    } catch (thrown) {
      if (thrown instanceof StorageKeyError) return undefined;
      throw thrown;
    }
  }

  /** Removes a folder and all that is in it. Links are removed, not followed. */
  async removeAll(folder: string, signal: AbortSignal | undefined): Promise<void> {
    for (const { name, isFolder } of await this.children(folder, true)) {
      signal?.throwIfAborted();
      const key = `${folder}/${name}`;
      if (isFolder) await this.removeAll(key, signal);
      else await this.unlink(this.pathOf(key));
    }
    await this.#session.ask<void>((wire, answer) =>
      wire.rmdir(this.pathOf(folder), (error) => answer(error, undefined)),
    );
  }

  unlink(path: string): Promise<void> {
    return this.#session.ask<void>((wire, answer) => wire.unlink(path, (error) => answer(error, undefined)));
  }

  #real(path: string): Promise<string> {
    return this.#session.ask<string>((wire, answer) => wire.realpath(path, answer));
  }

  async #isFolder(path: string): Promise<boolean> {
    const facts = await orNothing(() => this.#session.ask<RemoteFacts>((wire, answer) => wire.stat(path, answer)));
    return facts?.isDirectory() === true;
  }

  async #assertInside(real: string, key: string): Promise<void> {
    const root = await orNothing(() => this.#session.realRoot(this.pathOf('')));
    if (root === undefined || real === root || real.startsWith(root.endsWith('/') ? root : `${root}/`)) return;
    throw new StorageKeyError(key, 'a link on its way leads out of the root');
  }
}

/** What is known of a file or folder; undefined for devices and the like. SFTP tells times in whole seconds. */
export function entryOf(key: string, facts: RemoteFacts): StorageEntry | undefined {
  const modifiedAt = new Date(facts.mtime * 1000);
  if (facts.isDirectory()) return { key, kind: 'folder', sizeBytes: 0, modifiedAt };
  return facts.isFile() ? { key, kind: 'file', sizeBytes: facts.size, modifiedAt, etag: etagOf(facts) } : undefined;
}

export function etagOf({ size, mtime }: RemoteFacts): string {
  return `${size.toString(36)}-${mtime.toString(36)}`;
}

/** Undefined where there is nothing. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** Whether the server says that there is no such thing. */
export function isMissing(thrown: unknown): boolean {
  return (thrown as { code?: unknown }).code === NO_SUCH_FILE;
}

/** A server that means ill could lead elsewhere by a name. */
function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}
