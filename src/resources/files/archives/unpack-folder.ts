import { closeSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MemberGuard } from './member-guard.js';

/** The folder that members are written to. Nothing is in it but what was written here, so no link can be in the way. */
export class UnpackFolder {
  readonly #root: string;
  readonly #guard: MemberGuard;
  readonly #allowsLinks: boolean;
  readonly #folders = new Set<string>();
  readonly #links: { readonly path: string; readonly target: string }[] = [];

  constructor(root: string, guard: MemberGuard, allowsLinks: boolean) {
    this.#root = root;
    this.#guard = guard;
    this.#allowsLinks = allowsLinks;
  }

  addFolder(name: string): void {
    const path = this.#guard.accept(name, 'folder');
    if (path !== '') this.#makeFolder(join(this.#root, path));
  }

  /** Writes a small file at once; opening, writing and closing asynchronously would take three times as long. */
  addSmall(name: string, bytes: Uint8Array, isExecutable: boolean): void {
    const file = openSync(this.#placeFor(name), 'wx', modeOf(isExecutable));
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    } finally {
      closeSync(file);
    }
  }

  /** Writes a file as its bytes come. */
  async addLarge(name: string, chunks: AsyncIterable<Uint8Array>, isExecutable: boolean): Promise<void> {
    const file = await open(this.#placeFor(name), 'wx', modeOf(isExecutable));
    try {
      for await (const chunk of chunks) {
        for (let written = 0; written < chunk.length;) written += (await file.write(chunk, written)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  addLink(name: string, target: string): void {
    const path = this.#guard.accept(name, 'link');
    this.#guard.acceptLink(path, target, this.#allowsLinks);
    this.#links.push({ path: join(this.#root, path), target });
  }

  /** Makes the links: last, so that no file was ever written through one. */
  finish(): void {
    for (const { path, target } of this.#links) {
      this.#makeFolder(dirname(path));
      symlinkSync(target, path);
    }
  }

  #placeFor(name: string): string {
    const path = join(this.#root, this.#guard.accept(name, 'file'));
    this.#makeFolder(dirname(path));
    return path;
  }

  #makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    mkdirSync(path, { recursive: true });
    this.#folders.add(path);
  }
}

/** Only whether it can be executed comes from the archive; the rest is the user's own habit. */
function modeOf(isExecutable: boolean): number {
  return isExecutable ? 0o777 : 0o666;
}
