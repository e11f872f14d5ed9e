import { ArchiveLimitError, ArchiveUnsafeError } from '../../../foundation/errors/file.errors.js';
import type { ExtractionLimits } from './archive-options.js';

/** What a member becomes on the disk. */
export type MemberKind = 'file' | 'folder' | 'link';

const DEFAULT_MAX_MEMBERS = 1_000_000;
const DEFAULT_MAX_BYTES = 64 * 1024 ** 3;
const DEFAULT_MAX_RATIO = 200;
/** What is this small does no harm, however well it was packed. */
const HARMLESS_BYTES = 16 * 1024 * 1024;
/** Systems on which two names that differ in case only are one file. */
const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin';

/** Looks at each member before anything of it is written: its name, its kind, and what all of them come to. */
export class MemberGuard {
  readonly #archive: string;
  readonly #archiveBytes: number;
  readonly #limits: ExtractionLimits;
  /** What each accepted name, and each folder that names imply, is. */
  readonly #kinds = new Map<string, MemberKind>();
  #members = 0;

  constructor(archive: string, archiveBytes: number, limits: ExtractionLimits) {
    this.#archive = archive;
    this.#archiveBytes = archiveBytes;
    this.#limits = limits;
  }

  /**
   * The member's path below the folder, with `/` between its parts; empty for the folder itself.
   *
   * @throws {@link ArchiveUnsafeError} where it would lead elsewhere, or meet another member; {@link ArchiveLimitError}.
   */
  accept(name: string, kind: MemberKind): string {
    this.#members += 1;
    this.checkCount(this.#members);
    const problem = problemOfName(name);
    if (problem !== undefined) throw this.#unsafe(name, problem);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0) {
      if (kind === 'folder') return '';
      throw this.#unsafe(name, 'has no name');
    }
    for (let length = 1; length < parts.length; length++) this.#claim(name, parts.slice(0, length).join('/'), 'folder');
    const path = parts.join('/');
    this.#claim(name, path, kind);
    return path;
  }

  /**
   * Whether a link may lead to `target`: a relative path that begins with at most as many `..` as there are folders above the link, and has none
   * after that. Then it stays inside, whatever other links it passes.
   */
  acceptLink(path: string, target: string, isAllowed: boolean): void {
    if (!isAllowed) throw this.#unsafe(path, 'is a link, and allowsLinks: false takes none');
    const parts = target.split('/').filter((part) => part !== '' && part !== '.');
    const upward = parts.findIndex((part) => part !== '..');
    const ups = upward < 0 ? parts.length : upward;
    const staysInside = ups <= path.split('/').length - 1 && !parts.slice(ups).includes('..');
    if (target === '' || problemOfTarget(target) || !staysInside) {
      throw this.#unsafe(path, `is a link to '${target}', which may lead out of the folder`);
    }
  }

  /** @throws {@link ArchiveLimitError} where this many members are too many. */
  checkCount(members: number): void {
    const { maxMembers = DEFAULT_MAX_MEMBERS } = this.#limits;
    if (members > maxMembers) throw new ArchiveLimitError(this.#archive, 'maxMembers', maxMembers, members);
  }

  /** @throws {@link ArchiveLimitError} where this many bytes in all are too many. */
  checkBytes(total: number): void {
    const { maxBytes = DEFAULT_MAX_BYTES, maxRatio = DEFAULT_MAX_RATIO } = this.#limits;
    if (total > maxBytes) throw new ArchiveLimitError(this.#archive, 'maxBytes', maxBytes, total);
    const ratio = total / Math.max(this.#archiveBytes, 1);
    if (total > HARMLESS_BYTES && ratio > maxRatio) {
      throw new ArchiveLimitError(this.#archive, 'maxRatio', maxRatio, Math.floor(ratio));
    }
  }

  /** A folder may be named often; everything else once, and nothing lies below a file or link. */
  #claim(name: string, path: string, kind: MemberKind): void {
    const key = FOLDS_CASE ? path.normalize('NFC').toLowerCase() : path;
    const known = this.#kinds.get(key);
    if (known === undefined) this.#kinds.set(key, kind);
    else if (known !== 'folder' || kind !== 'folder') throw this.#unsafe(name, `meets the ${known} '${path}' again`);
  }

  #unsafe(member: string, problem: string): ArchiveUnsafeError {
    return new ArchiveUnsafeError(this.#archive, printable(member), problem);
  }
}

/** What is wrong with a name, if anything is. */
function problemOfName(name: string): string | undefined {
  if (name.startsWith('/')) return 'has an absolute path';
  if (/^[a-zA-Z]:/.test(name)) return 'names a drive';
  if (name.includes('\\')) return 'has a backslash in its name, which separates folders on some systems';
  if (name.includes('\0')) return 'has a NUL in its name';
  return name.split('/').includes('..') ? "leads out of the folder by '..'" : undefined;
}

function problemOfTarget(target: string): boolean {
  return target.startsWith('/') || /^[a-zA-Z]:/.test(target) || /[\\\0]/.test(target);
}

/** Names come from strangers: what could move a terminal's cursor is shown as a question mark. */
function printable(name: string): string {
  return [...name].map((char) => (char < ' ' || char === '\x7f' ? '?' : char)).join('');
}
