import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isProcessGone } from '../places/process-gone.js';

/** What must be known of bytes to go on behind them. */
interface PartFacts {
  /** Strong ETag, or the time of the last change. */
  readonly validator: string;
}

/**
 * The bytes of a download while they come: beside the target, in a file of this process alone. What a dead process left, or a failed download
 * gave free, is taken over by renaming it, which succeeds for one only.
 */
export class PartialFile {
  /** Bytes that are known to be right. */
  size = 0;
  validator: string | undefined;
  readonly #target: string;
  readonly #key: string;
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(target: string, url: string) {
    this.#target = target;
    this.#key = createHash('sha256').update(`${target}\0${url}`).digest('hex').slice(0, 16);
    this.#path = join(dirname(target), `.${this.#key}.${HOST}.${process.pid}.${randomBytes(3).toString('hex')}.part`);
  }

  /** Takes over what an earlier download of the same left. */
  adopt(): void {
    const folder = dirname(this.#target);
    for (const name of readdirSync(folder)) {
      if (!this.#isFree(name)) continue;
      try {
        renameSync(join(folder, `${name}.json`), `${this.#path}.json`);
        renameSync(join(folder, name), this.#path);
        this.validator = (JSON.parse(readFileSync(`${this.#path}.json`, 'utf8')) as PartFacts).validator;
        this.size = statSync(this.#path).size;
        return;
      } catch {
        rmSync(join(folder, name), { force: true }); // somebody else was first, or it is of no use
      }
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

  /** Whether a name is that of a part of the same download whose process is gone. */
  #isFree(name: string): boolean {
    const [, key, host, pid] = /^\.([0-9a-f]{16})\.(\w+)(?:\.(\d+)\.\w+)?\.part$/.exec(name) ?? [];
    if (key !== this.#key) return false;
    return host === FREE || (host === HOST && isProcessGone(Number(pid)));
  }
}

const FREE = 'free';
/** Processes of another host cannot be asked for. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
