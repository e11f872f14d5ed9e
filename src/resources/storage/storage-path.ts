import type { Readable } from 'node:stream';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import { nameOfKey, normalizeKey, parentOfKey } from './storage-key.js';
import type { ListOptions, ReadOptions, StorageCallOptions, StorageEntry, WriteOptions } from './storage-options.js';
import type { StorageBody } from './transfer/storage-content.js';

/** What a path asks of its storage. */
export interface PathStorage {
  getUrl(key: string): string;
  exists(key: string, options?: StorageCallOptions): Promise<boolean>;
  stat(key: string, options?: StorageCallOptions): Promise<StorageEntry>;
  read(key: string, options?: ReadOptions): Promise<Readable>;
  write(key: string, body: StorageBody, options?: WriteOptions): Promise<string>;
  delete(key: string, options?: StorageCallOptions): Promise<boolean>;
  list(prefix?: string, options?: ListOptions): AsyncIterable<StorageEntry>;
}

/**
 * A place in a storage, whether something is there or not. Joining never leads out of the storage's root.
 *
 * @example
 * ```ts
 * const labels = storage.getPath('sets/train').join('labels', '0001.txt');
 * if (await labels.isFile()) console.log(await labels.readText());
 * ```
 */
export class StoragePath {
  readonly key: string;
  readonly #storage: PathStorage;

  /** @throws StorageKeyError for a key that leads out of the root. */
  constructor(storage: PathStorage, key: string) {
    this.#storage = storage;
    this.key = normalizeKey(key);
  }

  /** Last part, `''` for the root. */
  get name(): string {
    return nameOfKey(this.key);
  }

  /** Suffix of the name with its dot, e.g. `.txt`; `''` where there is none. */
  get suffix(): string {
    const at = this.name.lastIndexOf('.');
    return at > 0 && at < this.name.length - 1 ? this.name.slice(at) : '';
  }

  /** The name without its suffix. */
  get stem(): string {
    return this.name.slice(0, this.name.length - this.suffix.length);
  }

  get parts(): readonly string[] {
    return this.key === '' ? [] : this.key.split('/');
  }

  /** The folder it lies in; the root is its own parent. */
  get parent(): StoragePath {
    return new StoragePath(this.#storage, parentOfKey(this.key));
  }

  /** @throws StorageKeyError for parts that lead out of the root, also where others would lead back. */
  join(...parts: readonly string[]): StoragePath {
    const below = parts.map((part) => normalizeKey(part));
    return new StoragePath(this.#storage, [this.key, ...below].join('/'));
  }

  /** Its URL. */
  toString(): string {
    return this.#storage.getUrl(this.key);
  }

  /** Whether a file or folder is there. */
  exists(options?: StorageCallOptions): Promise<boolean> {
    return this.#storage.exists(this.key, options);
  }

  async isFile(options?: StorageCallOptions): Promise<boolean> {
    return (await this.#kind(options)) === 'file';
  }

  async isDir(options?: StorageCallOptions): Promise<boolean> {
    return (await this.#kind(options)) === 'folder';
  }

  /** @throws StorageNotFoundError */
  stat(options?: StorageCallOptions): Promise<StorageEntry> {
    return this.#storage.stat(this.key, options);
  }

  /** @throws StorageNotFoundError */
  read(options?: ReadOptions): Promise<Readable> {
    return this.#storage.read(this.key, options);
  }

  /** All of its bytes, in memory. @throws StorageNotFoundError */
  async readBytes(options?: ReadOptions): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of (await this.read(options)) as AsyncIterable<Buffer>) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** All of it as UTF-8 text, in memory. @throws StorageNotFoundError */
  async readText(options?: ReadOptions): Promise<string> {
    return (await this.readBytes(options)).toString('utf8');
  }

  /** Writes it whole, in place of what is there. @returns Its URL. */
  write(body: StorageBody, options?: WriteOptions): Promise<string> {
    return this.#storage.write(this.key, body, options);
  }

  /** Removes the file; resolves to whether there was one. */
  delete(options?: StorageCallOptions): Promise<boolean> {
    return this.#storage.delete(this.key, options);
  }

  /** What lies directly in the folder, in the order of keys. */
  async *iterdir(options?: StorageCallOptions): AsyncGenerator<StoragePath> {
    for await (const { key } of this.#storage.list(this.key, { ...options, recursive: false })) {
      if (key !== this.key) yield new StoragePath(this.#storage, key);
    }
  }

  async #kind(options?: StorageCallOptions): Promise<StorageEntry['kind'] | undefined> {
    try {
      return (await this.stat(options)).kind;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** Whether an error says that nothing is there. */
export function isNotFound(thrown: unknown): boolean {
  return SynapseError.is(thrown) && thrown.code === 'SYN_STORAGE_NOT_FOUND';
}
