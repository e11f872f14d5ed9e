import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StoreReadOnlyError, StoreValueUnavailableError } from '../../foundation/errors/store.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { lostValue, type ValueName } from './lost-value.js';
import type { Blobs } from './stored-values.js';

const FOLDER_NAME = /^[0-9a-f]{2}$/;
/** A text, or with an ending one that is being written. */
const FILE_NAME = /^[0-9a-f]{64}(\.[0-9a-f-]+)?$/;

/** Texts in files that are named after their content: the same text is there once, and a damaged file is found out. */
export class BlobFolder implements Blobs {
  constructor(readonly path: string) {}

  /** Makes the folder, to learn whether it can be written. @throws StoreReadOnlyError. */
  prepare(): void {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      accessSync(this.path, constants.W_OK);
    } catch (error) {
      const cure = 'Make the folder for large values writable, or name another one as `blobDirectory`.';
      throw new StoreReadOnlyError(this.path, messageOf(error), error, cure);
    }
  }

  /** Keeps a text; returns the SHA-256 it is found by. */
  put(text: string): string {
    const hash = hashOf(text);
    const file = this.#fileOf(hash);
    // One that was cut, by a full disk or a copy that ended early, is written again.
    if (statSync(file, { throwIfNoEntry: false })?.size === Buffer.byteLength(text)) return hash;
    mkdirSync(join(this.path, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
    // Beside its target and then renamed: a process that dies in the middle leaves no half file under a good name.
    const unfinished = `${file}.${randomUUID()}`;
    try {
      writeFileSync(unfinished, text, { mode: 0o600 });
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
    return hash;
  }

  /** The text with this hash. @throws StoreValueLostError, StoreValueUnavailableError. */
  get(hash: string, name: ValueName): string {
    const place = { kind: 'file', url: this.#fileOf(hash), hash } as const;
    let text: string;
    try {
      text = readFileSync(place.url, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw lostValue(name, place, 'is missing', error);
      throw new StoreValueUnavailableError({ ...name, url: place.url }, 'read', messageOf(error), error);
    }
    if (hashOf(text) === hash) return text;
    throw lostValue(name, place, 'does not hold what was written');
  }

  /**
   * Removes every text that is not needed, what processes that died left half-written, and folders that are empty then. Files with other names stay: they are
   * somebody else's.
   *
   * @returns How many files were removed.
   */
  sweep(isNeeded: (hash: string) => boolean): number {
    let removed = 0;
    for (const folder of this.#list('').filter((name) => FOLDER_NAME.test(name))) {
      const names = this.#list(folder);
      const unneeded = names.filter((name) => FILE_NAME.test(name) && name.startsWith(folder) && !isNeeded(name));
      for (const name of unneeded) rmSync(join(this.path, folder, name), { force: true });
      removed += unneeded.length;
      if (names.length > 0 && unneeded.length === names.length) rmdirSync(join(this.path, folder));
    }
    return removed;
  }

  #fileOf(hash: string): string {
    return join(this.path, hash.slice(0, 2), hash);
  }

  #list(folder: string): readonly string[] {
    try {
      return readdirSync(join(this.path, folder));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  }
}

/** The SHA-256 of a text, in hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
