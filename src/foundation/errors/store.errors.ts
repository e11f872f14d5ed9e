import { PluginError } from './plugin.errors.js';
import { messageOf } from './synapse.error.js';

/** Another process holds the run store for longer than this one waits. */
export class StoreLockedError extends PluginError {
  readonly code = 'SYN_STORE_LOCKED';
  readonly kind = 'execution';

  constructor(path: string, waitedMs: number, cause?: unknown) {
    super(
      `The run store ${path} stayed locked for ${waitedMs} ms. Another process is writing to it; end it, or try again when it is done.`,
      { cause, retryable: true, details: { path, waited_ms: waitedMs } },
    );
  }
}

/** The disk under the run store, or the quota of its user, is used up. */
export class StoreFullError extends PluginError {
  readonly code = 'SYN_STORE_FULL';
  readonly kind = 'execution';

  constructor(path: string, cause?: unknown) {
    super(
      `The run store ${path} cannot grow: its disk or quota is full. Free some space, or remove old runs with \`synapse run prune\`.`,
      { cause, retryable: true, details: { path } },
    );
  }
}

/** The run store, or the folder it lies in, cannot be written. */
export class StoreReadOnlyError extends PluginError {
  readonly code = 'SYN_STORE_READ_ONLY';
  readonly kind = 'config';

  /** @param reason - What the system said. @param cure - What to do about it, as a sentence. */
  constructor(
    path: string,
    reason: string,
    cause?: unknown,
    cure = 'Make the file and its folder writable, or choose another place with --store or the option `store`.',
  ) {
    super(`The run store ${path} cannot be opened for writing: ${reason}. ${cure}`, {
      cause,
      details: { path, reason },
    });
  }
}

/** The file is damaged, or is not a run store at all. */
export class StoreCorruptError extends PluginError {
  readonly code = 'SYN_STORE_CORRUPT';
  readonly kind = 'config';

  /** @param reason - What is wrong with it. */
  constructor(path: string, reason: string, cause?: unknown) {
    super(
      `The run store ${path} cannot be read: ${reason}. Move it away and restore a copy, or choose another place with --store or the option \`store\`.`,
      { cause, details: { path, reason } },
    );
  }
}

/** The run store was written by a newer version of this package. */
export class StoreVersionError extends PluginError {
  readonly code = 'SYN_STORE_VERSION';
  readonly kind = 'config';

  /** @param found - Version of the file's schema. @param known - The newest that this package reads. */
  constructor(path: string, found: number, known: number) {
    super(
      `The run store ${path} has version ${found}, and this nest-synapse reads up to ${known}. Install the version that wrote it or a newer one, or choose another place with --store or the option \`store\`.`,
      { details: { path, found, known } },
    );
  }
}

/** A value that is to be kept with a run has no JSON form: circular, a function, a bigint. */
export class StoreValueError extends PluginError {
  readonly code = 'SYN_STORE_VALUE';
  readonly kind = 'validation';

  /** @param name - What it is, e.g. `params`. */
  constructor(name: string, reason: string, cause?: unknown) {
    super(
      `The ${name} of the run cannot be kept, since JSON has no form for it: ${reason}. Use plain objects, lists, text, numbers and booleans.`,
      { cause, details: { name, reason } },
    );
  }
}

/** The server of the run store cannot be reached, or was lost for longer than this process waits. */
export class StoreUnavailableError extends PluginError {
  readonly code = 'SYN_STORE_UNAVAILABLE';
  readonly kind = 'execution';

  /** @param reason - What the system said. @param waitedMs - How long it was tried. */
  constructor(path: string, reason: string, waitedMs: number, cause?: unknown) {
    const tried = waitedMs > 0 ? ` for ${waitedMs} ms` : '';
    super(
      `The run store ${path} cannot be reached${tried}: ${reason}. Check that its server runs and that host and port are right, then try again; runs in progress can be resumed.`,
      { cause, retryable: true, details: { path, reason, waited_ms: waitedMs } },
    );
  }
}

/** The server of the run store refuses this user, or what it asks for. */
export class StoreAccessError extends PluginError {
  readonly code = 'SYN_STORE_ACCESS';
  readonly kind = 'config';

  /** @param reason - What the server said. */
  constructor(path: string, reason: string, cause?: unknown) {
    super(
      `The run store ${path} refuses access: ${reason}. Check the user, its password and rights, and the database that --store or the option \`store\` names.`,
      { cause, details: { path, reason } },
    );
  }
}

/** The package that speaks to the server of the run store is not installed. */
export class StoreDriverMissingError extends PluginError {
  readonly code = 'SYN_STORE_DRIVER_MISSING';
  readonly kind = 'config';

  /** @param driver - Name of the package. */
  constructor(path: string, driver: string, cause?: unknown) {
    super(
      `The run store ${path} needs the package '${driver}', which is not installed beside nest-synapse. Install it with \`npm install ${driver}\`.`,
      { cause, details: { path, driver } },
    );
  }
}

/** The storage that a run store keeps its large values in is named wrongly, or lacks what it needs. */
export class StoreBlobStorageError extends PluginError {
  readonly code = 'SYN_STORE_BLOB_STORAGE';
  readonly kind = 'config';

  /** @param storage - What names the storage, without secrets. @param cause - What is wrong with it. */
  constructor(path: string, storage: string, cause: unknown) {
    const reason = messageOf(cause);
    super(
      `The run store ${path} cannot use its storage for large values, ${storage}: ${reason} It is named by ?blob_storage= in the store's URL or by the option \`blobStorage\`, e.g. s3://bucket/folder or file:///srv/values.`,
      { cause, details: { path, storage, reason } },
    );
  }
}

/** The run store failed for a reason that has no class of its own, e.g. a disk that reports an error. */
export class StoreFailedError extends PluginError {
  readonly code = 'SYN_STORE_FAILED';
  readonly kind = 'execution';

  /** @param cure - What to do about it, as a sentence. */
  constructor(path: string, reason: string, cause?: unknown, cure = 'Check its disk, then try again.') {
    super(`The run store ${path} failed: ${reason}. ${cure}`, {
      cause,
      retryable: true,
      details: { path, reason },
    });
  }
}

/** What a value that is kept apart from its row is told by in errors. */
export interface StoredValueFacts {
  readonly runId: string;
  /** What it is, e.g. `params`. */
  readonly value: string;
  /** Where it lies, or was to lie. */
  readonly url: string;
}

/** A large value cannot be written to the storage it belongs in, or read from there, at the moment. The run stays as it was. */
export class StoreValueUnavailableError extends PluginError {
  readonly code = 'SYN_STORE_VALUE_UNAVAILABLE';
  readonly kind = 'execution';

  /** @param work - What was to be done with it: `written` or `read`. @param reason - What the storage said, and for how long it was tried. */
  constructor({ runId, value, url }: StoredValueFacts, work: 'written' | 'read', reason: string, cause?: unknown) {
    super(
      `The ${value} of run ${runId} cannot be ${work} at ${url}: ${reason}. Check that the storage can be reached and accepts the credentials; the run is as it was, and can be resumed.`,
      { cause, retryable: true, details: { run_id: runId, value, url, reason } },
    );
  }
}

/** A large value is not in the storage any more, or is not what it was. */
export class StoreValueLostError extends PluginError {
  readonly code = 'SYN_STORE_VALUE_LOST';
  readonly kind = 'config';

  /** @param problem - What is wrong, as the end of a sentence. @param cure - What to do about it, as a sentence. */
  constructor({ runId, value, url }: StoredValueFacts, problem: string, cure: string, cause?: unknown) {
    super(`The ${value} of run ${runId} cannot be read: ${url} ${problem}. ${cure}`, {
      cause,
      details: { run_id: runId, value, url, problem },
    });
  }
}
