import { PluginError, type ValidationIssue } from './plugin.errors.js';
import { type SynapseErrorOptions, messageOf } from './synapse.error.js';

/** Base of everything that goes wrong with a storage. */
export abstract class StorageError extends PluginError {}

/** The configuration of a storage breaks a rule. Names what is wrong with it, and none of its values: some of them are secrets. */
export class StorageConfigError extends StorageError {
  readonly code = 'SYN_STORAGE_CONFIG';
  readonly kind = 'config';

  constructor(
    provider: string,
    readonly issues: readonly ValidationIssue[],
  ) {
    const rules = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    super(`The configuration of storage '${provider}' is not valid: ${rules}.`, {
      details: { provider, issues: [...issues] },
    });
  }
}

/** No provider of storage has this name. */
export class StorageProviderNotFoundError extends StorageError {
  readonly code = 'SYN_STORAGE_PROVIDER_NOT_FOUND';
  readonly kind = 'config';

  constructor(provider: string, available: readonly string[]) {
    const names = [...available].sort().join(', ');
    super(
      `Provider '${provider}' not found. Available: ${names}. Correct the name, or register a provider under it with registerProvider().`,
      { details: { provider, available: [...available] } },
    );
  }
}

/** A provider needs a package that is not installed. */
export class StoragePackageMissingError extends StorageError {
  readonly code = 'SYN_STORAGE_PACKAGE_MISSING';
  readonly kind = 'config';

  constructor(provider: string, packageNames: readonly string[], cause?: unknown) {
    const install = packageNames.join(' ');
    super(
      `Storage '${provider}' needs ${install}, which is not installed beside nest-synapse. Install it with \`npm install ${install}\`.`,
      { cause, details: { provider, packages: [...packageNames] } },
    );
  }
}

/** A key that leads out of the storage, or that no object can have. */
export class StorageKeyError extends StorageError {
  readonly code = 'SYN_STORAGE_KEY';
  readonly kind = 'validation';

  /** @param problem - What is wrong with it, as the end of a sentence. */
  constructor(key: string, problem: string) {
    super(
      `'${key}' cannot be a key of a storage: ${problem}. Use a path relative to the storage's root, without '..'.`,
      {
        details: { key, problem },
      },
    );
  }
}

/** Nothing lies under the key, or at the local path that was to be uploaded. */
export class StorageNotFoundError extends StorageError {
  readonly code = 'SYN_STORAGE_NOT_FOUND';
  readonly kind = 'usage';

  /** Nothing is at `url`. */
  static object(key: string, url: string, cause?: unknown): StorageNotFoundError {
    return new StorageNotFoundError(
      `Nothing found in the storage under '${key}' (${url}). Correct the key, or upload it first.`,
      {
        cause,
        details: { key, url },
      },
    );
  }

  /** No local file is at `source`. */
  static source(source: string, cause?: unknown): StorageNotFoundError {
    return new StorageNotFoundError(`Source file not found: ${source}`, { cause, details: { source } });
  }

  /** The bucket, share or folder that the storage is in is not there. */
  static place(place: string, cause?: unknown): StorageNotFoundError {
    return new StorageNotFoundError(
      `${place} does not exist. Create it, or correct the configuration of the storage.`,
      {
        cause,
        details: { place },
      },
    );
  }
}

/** The storage refuses the credentials, or what is asked for with them. */
export class StoragePermissionError extends StorageError {
  readonly code = 'SYN_STORAGE_PERMISSION';
  readonly kind = 'remote';

  /** @param work - What was to be done, e.g. `upload of s3://bucket/key`. */
  constructor(work: string, reason: string, cause?: unknown) {
    super(`The ${work} was refused: ${reason}. Check the credentials of the storage and their rights.`, {
      cause,
      details: { work, reason },
    });
  }
}

/** The storage cannot be reached, did not answer in time, or asks for patience. Retryable. */
export class StorageConnectionError extends StorageError {
  readonly code = 'SYN_STORAGE_CONNECTION';
  readonly kind = 'remote';
  /** How long the storage asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(work: string, reason: string, { cause, retryAfterMs }: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(`The ${work} was not possible: ${reason}. Check that the storage can be reached, and try again.`, {
      cause,
      retryable: true,
      details: { work, reason },
    });
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** A file or stream that did not get into the storage. What lay under its key is as it was. */
export class StorageUploadError extends StorageError {
  readonly code = 'SYN_STORAGE_UPLOAD';
  readonly kind = 'remote';

  /** @param facts - What is known of it, e.g. `{ source, target }`. */
  constructor(
    reason: string,
    facts: Readonly<Record<string, unknown>>,
    options: Omit<SynapseErrorOptions, 'details'> = {},
  ) {
    super(`Failed to upload file: ${reason}`, { ...options, details: { ...facts, reason } });
  }
}

/** Bytes that came out of the storage are fewer or others than they should be. What was at the local target is as it was. */
export class StorageDownloadError extends StorageError {
  readonly code = 'SYN_STORAGE_DOWNLOAD';
  readonly kind = 'remote';

  /** @param problem - What is wrong, as the end of a sentence. */
  constructor(url: string, problem: string, options: Omit<SynapseErrorOptions, 'details'> = {}) {
    super(`${url} was not read: ${problem}.`, { ...options, details: { url, problem } });
  }
}

/** The storage cannot do this at all, e.g. list what lies on a plain HTTP server. */
export class StorageUnsupportedError extends StorageError {
  readonly code = 'SYN_STORAGE_UNSUPPORTED';
  readonly kind = 'usage';

  /** @param work - What was asked for, as the start of a sentence. */
  constructor(work: string, provider: string, reason: string) {
    super(`${work} not supported for ${provider} storage: ${reason}.`, { details: { work, provider, reason } });
  }
}

/** Anything else that a storage, or the disk beside it, answered with an error. */
export class StorageFailedError extends StorageError {
  readonly code = 'SYN_STORAGE_FAILED';
  readonly kind = 'remote';

  /** @param work - What was to be done, e.g. `list of s3://bucket/key`. */
  constructor(work: string, thrown: unknown) {
    super(`The ${work} failed: ${messageOf(thrown)}`, { cause: thrown, details: { work, reason: messageOf(thrown) } });
  }
}
