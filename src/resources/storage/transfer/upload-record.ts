import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSilent } from '../../files/places/leftovers.js';
import { isOwnerGone, OWNER_PATTERN, OWNER_WORDS } from '../../files/places/owner-words.js';
import { getTempPath } from '../../files/places/temp-space.js';
import type { LocalFile } from './local-file.js';

/** What must be known of an upload to go on with it; each kind of storage adds how it calls the upload. */
export interface UploadFacts {
  readonly size_bytes: number;
  readonly modified_ms: number;
}

/** The file as it is now, in the words of a record. */
export function factsOf({ sizeBytes, modifiedAt }: LocalFile): UploadFacts {
  return { size_bytes: sizeBytes, modified_ms: modifiedAt.getTime() };
}

/** Whether a file is still the one that an upload began with. */
export function isSameSource(facts: UploadFacts, file: LocalFile): boolean {
  return facts.size_bytes === file.sizeBytes && facts.modified_ms === file.modifiedAt.getTime();
}

const FREE = 'free';
const NAME = new RegExp(`^([0-9a-f]{32})\\.(?:(${FREE})|(${OWNER_PATTERN})\\.[0-9a-f]{6})\\.json$`);

/**
 * What this machine knows of an upload that is under way: a small file of its own. That of a process that died, or of an upload that was to be kept, is taken
 * over by renaming it, which succeeds for one only.
 */
export class UploadRecord<Facts extends UploadFacts> {
  readonly #folder: string;
  readonly #key: string;
  readonly #name: string;

  /** @param identity - What is uploaded, and where to. */
  constructor(identity: readonly string[]) {
    this.#folder = getTempPath('uploads');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#key = createHash('sha256').update(identity.join('\0')).digest('hex').slice(0, 32);
    this.#name = `${this.#key}.${OWNER_WORDS}.${randomBytes(3).toString('hex')}.json`;
  }

  /** Takes over what an earlier upload of the same has left. */
  adopt(): Facts | undefined {
    for (const name of readdirSync(this.#folder)) {
      if (!this.#isFree(name)) continue;
      try {
        renameSync(join(this.#folder, name), this.#path);
        return JSON.parse(readFileSync(this.#path, 'utf8')) as Facts;
      } catch {
        continue; // somebody else was first, or it is of no use
      }
    }
    return undefined;
  }

  write(facts: Facts): void {
    writeFileSync(this.#path, JSON.stringify(facts), { mode: 0o600 });
  }

  /** Leaves it to the next upload of the same. */
  giveFree(): void {
    try {
      renameSync(this.#path, join(this.#folder, `${this.#key}.${FREE}.json`));
    } catch {
      this.discard(); // it is somebody else's already; why the upload failed is what counts
    }
  }

  discard(): void {
    rmSync(this.#path, { force: true });
  }

  get #path(): string {
    return join(this.#folder, this.#name);
  }

  #isFree(name: string): boolean {
    const [, key, free, owner = ''] = NAME.exec(name) ?? [];
    if (key !== this.#key) return false;
    return free === FREE || (isOwnerGone(owner, this.#folder) ?? this.#isSilent(name));
  }

  /** Of a process of another host or container nobody knows whether it lives. */
  #isSilent(name: string): boolean {
    const facts = lstatSync(join(this.#folder, name), { throwIfNoEntry: false });
    return facts !== undefined && isSilent(facts);
  }
}
