import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSilent } from '../places/leftovers.js';
import { isOwnerGone, OWNER_PATTERN, OWNER_WORDS } from '../places/owner-words.js';

/** What must be known of bytes to go on behind them. */
interface PartFacts {
  /** Strong ETag, or the time of the last change. */
  readonly validator: string;
}

/**
 * The bytes of a download while they come: beside the target, in a file of this process alone. What a dead process left, or a failed download
 * gave free, is taken over by renaming it, which succeeds for one only; what a dead process left of another URL for the same target is removed.
 */
export class PartialFile {
  /** Bytes that are known to be right. */
  size = 0;
  validator: string | undefined;
  readonly #target: string;
  readonly #targetKey: string;
  readonly #key: string;
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(target: string, url: string) {
    this.#target = target;
    this.#targetKey = digestOf(basename(target));
    this.#key = `${this.#targetKey}${digestOf(`${target}\0${url}`)}`;
    this.#path = join(dirname(target), `.${this.#key}.${OWNER_WORDS}.${randomBytes(3).toString('hex')}.part`);
  }

  /** Takes over what an earlier download of the same left. */
  adopt(): void {
    const folder = dirname(this.#target);
    for (const name of readdirSync(folder)) {
      const left = this.#leftAs(name);
      if (left === undefined) continue;
      if (left.isNote) dropLonely(join(folder, name));
      else if (left.key !== this.#key || this.validator !== undefined || !this.#takeOver(join(folder, name))) {
        // Of another URL, not the first, or somebody else was first, or it is of no use.
        for (const path of [name, `${name}.json`]) rmSync(join(folder, path), { force: true });
      }
    }
  }

  #takeOver(path: string): boolean {
    try {
      renameSync(`${path}.json`, `${this.#path}.json`);
      renameSync(path, this.#path);
      const { validator } = JSON.parse(readFileSync(`${this.#path}.json`, 'utf8')) as PartFacts;
      this.size = statSync(this.#path).size;
      this.validator = validator;
      return true;
    } catch {
      return false;
    }
  }

  /** Begins anew, or goes on behind the bytes there are. */
  async begin(offset: number, validator: string | undefined): Promise<void> {
    this.#file ??= await open(this.#path, offset > 0 ? 'r+' : 'w+');
    if (offset !== this.size || offset === 0) await this.#file.truncate(offset);
    this.size = offset;
    this.validator = validator;
    if (validator === undefined) rmSync(`${this.#path}.json`, { force: true });
    else writeFileSync(`${this.#path}.json`, JSON.stringify({ validator } satisfies PartFacts));
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (!this.#file) throw new Error('begin() comes before append()');
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.size);
      written += bytesWritten;
      this.size += bytesWritten;
    }
  }

  /** Where the bytes lie, once all of them are written. */
  async close(): Promise<string> {
    await this.#file?.close();
    this.#file = undefined;
    return this.#path;
  }

  /** Moves the bytes to the target. */
  async commit(): Promise<void> {
    await rename(await this.close(), this.#target);
    rmSync(`${this.#path}.json`, { force: true });
  }

  /** Leaves the bytes to the next download of the same, if they are of use. */
  async giveFree(): Promise<void> {
    if (this.size === 0 || this.validator === undefined) return this.discard();
    await this.close();
    const free = join(dirname(this.#target), `.${this.#key}.${FREE}.part`);
    await rename(this.#path, free);
    await rename(`${this.#path}.json`, `${free}.json`);
  }

  async discard(): Promise<void> {
    await this.close();
    rmSync(this.#path, { force: true });
    rmSync(`${this.#path}.json`, { force: true });
  }

  /** What a name says of a part for the same target that nobody writes any more: what a dead process left, or a failed download of the same gave free. */
  #leftAs(name: string): { readonly key: string; readonly isNote: boolean } | undefined {
    const [, key = '', owner = '', note] = NAME.exec(name) ?? [];
    if (!key.startsWith(this.#targetKey)) return undefined;
    const isLeft =
      owner === FREE ? key === this.#key : (isOwnerGone(owner, dirname(this.#target)) ?? this.#isSilent(name));
    return isLeft ? { key, isNote: note !== undefined } : undefined;
  }

  #isSilent(name: string): boolean {
    const facts = lstatSync(join(dirname(this.#target), name), { throwIfNoEntry: false });
    return facts !== undefined && isSilent(facts);
  }
}

const FREE = 'free';
const NAME = new RegExp(
  `^\\.([0-9a-f]{16})\\.(${FREE}|${OWNER_PATTERN}(?=\\.\\w+\\.part(?:\\.json)?$))(?:\\.\\w+)?\\.part(\\.json)?$`,
);

/** Removes what is known of bytes that are not there: a process was killed between two renames. */
function dropLonely(note: string): void {
  if (!existsSync(note.slice(0, -'.json'.length))) rmSync(note, { force: true });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
