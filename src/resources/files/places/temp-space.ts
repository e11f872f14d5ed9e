import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { FileWriteError } from '../../../foundation/errors/file.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { isOwnerGone, OWNER_PATTERN, OWNER_WORDS } from './owner-words.js';
import { joinInside } from './safe-path.js';

/** Where temporary files go. */
export interface TempSpaceOptions {
  /** @defaultValue `SYNAPSE_TEMP_DIR`, else `synapse-<user>` in the system's folder for temporary files */
  readonly root?: string;
}

/** Names of folders that belong to a process: `<label>.<its words>.<random>`. */
const OWNED = new RegExp(`^[\\w-]+\\.(${OWNER_PATTERN})\\.[0-9a-f]{8}$`);

/**
 * Folders for the work of this process. Each is removed with {@link TempSpace.dispose}, or by `using`; what a process that died has left is
 * removed when the next one begins.
 */
export class TempSpace {
  readonly root: string;
  readonly #folders = new Set<string>();

  constructor(options: TempSpaceOptions = {}) {
    this.root = options.root === undefined ? tempRoot() : resolve(options.root);
    makePrivate(this.root);
    this.sweep();
  }

  /**
   * Makes a folder that nobody else has.
   *
   * @param label - Part of its name: letters, digits, `_` and `-`.
   */
  folder(label = 'work'): string {
    if (!/^[\w-]+$/.test(label)) {
      throw new UsageError(`'${label}' cannot be part of a folder's name. Use letters, digits, '_' and '-'.`);
    }
    const path = join(this.root, `${label}.${OWNER_WORDS}.${randomBytes(4).toString('hex')}`);
    mkdirSync(path, { mode: 0o700 });
    this.#folders.add(path);
    return path;
  }

  /** Removes folders whose process is gone. One of another host or container may be at work, however long its folder was silent. */
  sweep(): void {
    for (const name of readdirSync(this.root)) {
      const [, owner] = OWNED.exec(name) ?? [];
      if (owner !== undefined && isOwnerGone(owner, this.root) === true)
        rmSync(join(this.root, name), { recursive: true, force: true });
    }
  }

  /** Removes every folder that was made here. */
  dispose(): void {
    for (const path of this.#folders) rmSync(path, { recursive: true, force: true });
    this.#folders.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * A path below the folder for temporary files, which is made if it is not there; what is below it is not.
 *
 * @throws {@link PathEscapeError} for a path that leads out of it.
 */
export function getTempPath(path = ''): string {
  const root = tempRoot();
  makePrivate(root);
  return path === '' ? root : joinInside(root, path);
}

function tempRoot(): string {
  const { SYNAPSE_TEMP_DIR: configured } = process.env;
  return configured === undefined || configured === '' ? join(tmpdir(), `synapse-${userName()}`) : resolve(configured);
}

/** The system's folder belongs to all users: one of them may have made a folder of our name, or a link. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const facts = lstatSync(folder);
  const isForeign = process.getuid !== undefined && facts.uid !== process.getuid();
  if (facts.isSymbolicLink() || isForeign) {
    throw new FileWriteError(folder, 'it belongs to somebody else. Name another folder in SYNAPSE_TEMP_DIR');
  }
}

/** A user of a container may have no name. */
function userName(): string {
  try {
    return userInfo().username.replace(/[^\w-]/g, '-');
  } catch {
    return String(process.getuid?.() ?? 'user');
  }
}
