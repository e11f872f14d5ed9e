import { PluginError } from './plugin.errors.js';
import { messageOf } from './synapse.error.js';

/** A file or folder that was to be read is not there, or is not what it should be. */
export class FileNotFoundError extends PluginError {
  readonly code = 'SYN_FILE_NOT_FOUND';
  readonly kind = 'usage';

  /** @param what - What was looked for, e.g. `archive`, `source folder`. */
  constructor(what: string, path: string, cause?: unknown) {
    super(`No ${what} at ${path}. Correct the path; a relative one begins at the working folder of the process.`, {
      cause,
      details: { what, path },
    });
  }
}

/** A file that does not hold what its name or its reader promises. */
export class FileInvalidError extends PluginError {
  readonly code = 'SYN_FILE_INVALID';
  readonly kind = 'validation';

  /** @param problem - What is wrong and what was expected, as a sentence without its full stop. */
  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}.`, { cause, details: { path, problem } });
  }
}

/** A file or folder that cannot be written. What was at its place is as it was. */
export class FileWriteError extends PluginError {
  readonly code = 'SYN_FILE_WRITE';
  readonly kind = 'execution';

  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path} cannot be written: ${reason}. What was there is as it was.`, { cause, details: { path, reason } });
  }

  /** The same for whatever a system call threw. */
  static of(path: string, thrown: unknown): FileWriteError {
    const { code } = thrown as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' ? 'the disk is full; free some space' : messageOf(thrown);
    return new FileWriteError(path, reason, thrown);
  }
}

/** A path that would lead out of the folder that it belongs to. */
export class PathEscapeError extends PluginError {
  readonly code = 'SYN_PATH_ESCAPE';
  readonly kind = 'validation';

  constructor(path: string, root: string) {
    super(`'${path}' leads out of ${root}. Use a relative path without '..', and without links that lead elsewhere.`, {
      details: { path, root },
    });
  }
}

/** Something that is no archive, or one that is damaged, encrypted or cut off. */
export class ArchiveInvalidError extends PluginError {
  readonly code = 'SYN_ARCHIVE_INVALID';
  readonly kind = 'validation';

  /** @param problem - What is wrong, as a sentence without its full stop. */
  constructor(archive: string, problem: string, cause?: unknown) {
    super(`${archive} cannot be read as an archive: ${problem}. Make or fetch it again.`, {
      cause,
      details: { archive, problem },
    });
  }
}

/** An archive with a member that would write where it must not. Nothing of it was extracted. */
export class ArchiveUnsafeError extends PluginError {
  readonly code = 'SYN_ARCHIVE_UNSAFE';
  readonly kind = 'validation';

  constructor(archive: string, member: string, problem: string) {
    super(`${archive} was not extracted: its member '${member}' ${problem}. Do not trust where it came from.`, {
      details: { archive, member, problem },
    });
  }
}

/** An archive that is larger than its reader allows. Nothing of it was extracted. */
export class ArchiveLimitError extends PluginError {
  readonly code = 'SYN_ARCHIVE_LIMIT';
  readonly kind = 'validation';

  /** @param option - The option that holds the limit. */
  constructor(archive: string, option: string, limit: number, found: number) {
    super(
      `${archive} was not extracted: ${option} allows ${limit}, and it has at least ${found}. If it is to be trusted, extract it with a larger ${option}.`,
      { details: { archive, option, limit, found } },
    );
  }
}

/** Git is not there, the folder is no repository, or git refused. */
export class GitUnusableError extends PluginError {
  readonly code = 'SYN_GIT_UNUSABLE';
  readonly kind = 'config';

  constructor(folder: string, problem: string, cause?: unknown) {
    super(`The files that git knows in ${folder} cannot be listed: ${problem}`, {
      cause,
      details: { folder, problem },
    });
  }
}

/** Bytes whose digest is not the one that was promised. */
export class ChecksumMismatchError extends PluginError {
  readonly code = 'SYN_CHECKSUM_MISMATCH';
  readonly kind = 'validation';

  constructor(thing: string, algorithm: string, expected: string, found: string) {
    super(
      `${thing} has the ${algorithm} ${found}, expected ${expected}. It is not what was promised: fetch it again, or correct the expected value.`,
      { details: { thing, algorithm, expected, found } },
    );
  }
}

/** A URL that is not fetched: its scheme, or an address that plugins may not reach. */
export class DownloadRefusedError extends PluginError {
  readonly code = 'SYN_DOWNLOAD_REFUSED';
  readonly kind = 'validation';

  /** @param url - Without credentials and query. */
  constructor(url: string, problem: string) {
    super(`${url} is not downloaded: ${problem}`, { details: { url, problem } });
  }
}

/** A download that is larger than it may be. */
export class DownloadLimitError extends PluginError {
  readonly code = 'SYN_DOWNLOAD_LIMIT';
  readonly kind = 'remote';

  constructor(url: string, maxBytes: number, found: number) {
    super(`${url} has at least ${found} bytes, and maxBytes allows ${maxBytes}. Allow more if that is right.`, {
      details: { url, max_bytes: maxBytes, found },
    });
  }
}

/** A server that sent less or other bytes than it promised. Retryable. */
export class DownloadIncompleteError extends PluginError {
  readonly code = 'SYN_DOWNLOAD_INCOMPLETE';
  readonly kind = 'remote';

  constructor(url: string, problem: string, cause?: unknown) {
    super(`${url} was not downloaded: ${problem}. Try again, or look at the server.`, {
      cause,
      retryable: true,
      details: { url, problem },
    });
  }
}
