import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { FileNotFoundError } from '../../../../foundation/errors/file.errors.js';
import type { StorageProvider } from '../../../../resources/storage/storage-provider.interface.js';
import type { RuntimeContext } from '../../../context/runtime-context.js';
import { type UploadParams, UploadPlace } from '../upload-params.js';

/** A file that was found. */
export interface SourceFile {
  /** Path below the source folder, `/` between its parts. */
  readonly key: string;
  readonly size: number;
}

/** A file as it lies on this machine. */
export interface LocalFile {
  readonly path: string;
  /** Whether it is a copy, to be removed when it is done with. */
  readonly isCopy: boolean;
}

/** The folder that files are uploaded from. */
export interface SourceFiles {
  /** The files, at any depth. @throws FileNotFoundError where there is no folder. */
  list(signal: AbortSignal): AsyncIterable<SourceFile>;
  /** A file on this machine; of a storage, a copy. */
  fetch(key: string, signal: AbortSignal): Promise<LocalFile>;
}

/** The source that the params name. */
export function sourceOf(ctx: RuntimeContext, { source, path }: UploadParams): SourceFiles {
  if (source === UploadPlace.Storage) return new StorageSource(ctx.storage, path, ctx.workDir);
  return new LocalSource(resolve(path));
}

class LocalSource implements SourceFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async *list(signal: AbortSignal): AsyncGenerator<SourceFile> {
    if (!statSync(this.#root, { throwIfNoEntry: false })?.isDirectory()) {
      throw new FileNotFoundError('folder to upload', this.#root);
    }
    const { walkFiles } = await import('../../../../resources/files/archives/list-files.js');
    for await (const { name, path, isLink } of walkFiles(this.#root, { signal })) {
      if (isLink) continue; // what it leads to may be anywhere
      yield { key: name, size: (await stat(path)).size };
    }
  }

  async fetch(key: string): Promise<LocalFile> {
    if (isAbsolute(key)) return { path: key, isCopy: false };
    const { joinInside } = await import('../../../../resources/files/places/safe-path.js');
    return { path: joinInside(this.#root, key), isCopy: false };
  }
}

class StorageSource implements SourceFiles {
  readonly #storage: StorageProvider;
  readonly #folder: string;
  readonly #workDir: string;

  constructor(storage: StorageProvider, folder: string, workDir: string) {
    this.#storage = storage;
    this.#folder = storage.getPath(folder).key;
    this.#workDir = workDir;
  }

  async *list(signal: AbortSignal): AsyncGenerator<SourceFile> {
    const isRoot = this.#folder === '';
    let isEmpty = true;
    for await (const { key, kind, sizeBytes } of this.#storage.list(this.#folder, { signal })) {
      if (kind !== 'file') continue;
      isEmpty = false;
      yield { key: isRoot ? key : key.slice(this.#folder.length + 1), size: sizeBytes };
    }
    if (isEmpty) throw new FileNotFoundError('folder to upload', this.#storage.getUrl(this.#folder));
  }

  async fetch(key: string, signal: AbortSignal): Promise<LocalFile> {
    const path = join(this.#workDir, 'upload-files', randomUUID(), basename(key));
    await this.#storage.download(this.#storage.getPath(this.#folder).join(key).key, path, { signal });
    return { path, isCopy: true };
  }
}
