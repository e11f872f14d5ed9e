import type { ErrorCode, ErrorKind } from './synapse.error.js';

/** What is fixed about an error code. */
export interface ErrorCodeInfo {
  /** Name of the class that has the code. */
  readonly error: string;
  readonly kind: ErrorKind;
  /** Whether the same call may succeed later, where the error itself does not say otherwise. */
  readonly retryable: boolean;
}

function row(error: string, kind: ErrorKind, retryable = false): ErrorCodeInfo {
  return { error, kind, retryable };
}

/** Every code this package throws. `docs/errors.md` says what each means and what to do. */
export const ERROR_CODES = {
  SYN_USAGE: row('UsageError', 'usage'),
  SYN_ACTION_NOT_FOUND: row('ActionNotFoundError', 'usage'),
  SYN_PLUGIN_NOT_FOUND: row('PluginNotFoundError', 'usage'),
  SYN_RUN_NOT_FOUND: row('RunNotFoundError', 'usage'),
  SYN_RUN_OWNED: row('RunOwnedError', 'usage'),
  SYN_RUN_ENDED: row('RunEndedError', 'usage'),
  SYN_PIPELINE_NOT_FOUND: row('PipelineNotFoundError', 'usage'),
  SYN_PIPELINE_CHANGED: row('PipelineChangedError', 'usage'),
  SYN_UNKNOWN_INTEGRATION: row('UnknownIntegrationError', 'usage'),
  SYN_NO_ACTIVE_RUN: row('NoActiveRunError', 'usage'),
  SYN_DATASET_NOT_FOUND: row('DatasetNotFoundError', 'usage'),
  SYN_DATASET_FORMAT: row('DatasetFormatError', 'usage'),
  SYN_DATASET_TARGET: row('DatasetTargetError', 'usage'),
  SYN_FILE_NOT_FOUND: row('FileNotFoundError', 'usage'),
  SYN_STORAGE_NOT_FOUND: row('StorageNotFoundError', 'usage'),
  SYN_STORAGE_UNSUPPORTED: row('StorageUnsupportedError', 'usage'),

  SYN_CONFIG_NOT_FOUND: row('ConfigNotFoundError', 'config'),
  SYN_CONFIG_INVALID: row('ConfigInvalidError', 'config'),
  SYN_CONFIG_WRITE: row('ConfigWriteError', 'config'),
  SYN_SYNC_CONFLICT: row('SyncConflictError', 'config'),
  SYN_NOT_CONFIGURED: row('NotConfiguredError', 'config'),
  SYN_ENVIRONMENT_FILE: row('EnvironmentFileError', 'config'),
  SYN_ENVIRONMENT_VALUE: row('EnvironmentValueError', 'config'),
  SYN_DATA_TYPE_INVALID: row('DataTypeInvalidError', 'config'),
  SYN_DATA_TYPE_NOT_FOUND: row('DataTypeNotFoundError', 'config'),
  SYN_PLUGIN_FOLDER_NOT_FOUND: row('PluginFolderNotFoundError', 'config'),
  SYN_PLUGIN_FOLDER_TOO_LARGE: row('PluginFolderTooLargeError', 'config'),
  SYN_PLUGIN_COMPILE: row('PluginCompileError', 'config'),
  SYN_PLUGIN_LOAD: row('PluginLoadError', 'config'),
  SYN_ENTRYPOINT_INVALID: row('EntrypointInvalidError', 'config'),
  SYN_DUPLICATE_NAME: row('DuplicateNameError', 'config'),
  SYN_ACTION_DEFINITION: row('ActionDefinitionError', 'config'),
  SYN_STEP_DEFINITION: row('StepDefinitionError', 'config'),
  SYN_STEP_JOURNAL: row('StepJournalError', 'config'),
  SYN_PIPELINE_DEFINITION: row('PipelineDefinitionError', 'config'),
  SYN_SCHEMA_INCOMPATIBLE: row('SchemaIncompatibleError', 'config'),
  SYN_INTEGRATION_UNAVAILABLE: row('IntegrationUnavailableError', 'config'),
  SYN_STORE_READ_ONLY: row('StoreReadOnlyError', 'config'),
  SYN_STORE_CORRUPT: row('StoreCorruptError', 'config'),
  SYN_STORE_VERSION: row('StoreVersionError', 'config'),
  SYN_STORE_ACCESS: row('StoreAccessError', 'config'),
  SYN_STORE_DRIVER_MISSING: row('StoreDriverMissingError', 'config'),
  SYN_DATASET_PACKAGE_MISSING: row('DatasetPackageMissingError', 'config'),
  SYN_GIT_UNUSABLE: row('GitUnusableError', 'config'),
  SYN_STORAGE_CONFIG: row('StorageConfigError', 'config'),
  SYN_STORAGE_PROVIDER_NOT_FOUND: row('StorageProviderNotFoundError', 'config'),
  SYN_STORAGE_PACKAGE_MISSING: row('StoragePackageMissingError', 'config'),

  SYN_PARAMS_INVALID: row('ParamsInvalidError', 'validation'),
  SYN_PIPELINE_PARAMS: row('PipelineParamsError', 'validation'),
  SYN_STORE_VALUE: row('StoreValueError', 'validation'),
  SYN_DATASET_INVALID: row('DatasetInvalidError', 'validation'),
  SYN_DATASET_VALUE: row('DatasetValueError', 'validation'),
  SYN_SECRET_MISSING: row('SecretMissingError', 'validation'),
  SYN_FILE_INVALID: row('FileInvalidError', 'validation'),
  SYN_PATH_ESCAPE: row('PathEscapeError', 'validation'),
  SYN_ARCHIVE_INVALID: row('ArchiveInvalidError', 'validation'),
  SYN_ARCHIVE_UNSAFE: row('ArchiveUnsafeError', 'validation'),
  SYN_ARCHIVE_LIMIT: row('ArchiveLimitError', 'validation'),
  SYN_CHECKSUM_MISMATCH: row('ChecksumMismatchError', 'validation'),
  SYN_DOWNLOAD_REFUSED: row('DownloadRefusedError', 'validation'),
  SYN_STORAGE_KEY: row('StorageKeyError', 'validation'),

  SYN_EXECUTION_FAILED: row('ExecutionError', 'execution'),
  SYN_MODEL_UNUSABLE: row('ModelUnusableError', 'execution'),
  SYN_DATA_UNIT_INVALID: row('DataUnitInvalidError', 'execution'),
  SYN_FILE_WRITE: row('FileWriteError', 'execution'),
  SYN_RESULT_INVALID: row('ResultInvalidError', 'execution'),
  SYN_RESULT_NOT_SERIALIZABLE: row('ResultNotSerializableError', 'execution'),
  SYN_STEP_FAILED: row('StepFailedError', 'execution'),
  SYN_STEP_TIMEOUT: row('StepTimeoutError', 'execution', true),
  SYN_UNDO_FAILED: row('UndoFailedError', 'execution', true),
  SYN_LEASE_LOST: row('LeaseLostError', 'execution', true),
  SYN_PIPELINE_FAILED: row('PipelineFailedError', 'execution'),
  SYN_RUN_TIMEOUT: row('RunTimeoutError', 'execution', true),
  SYN_SHUTTING_DOWN: row('ShuttingDownError', 'execution', true),
  SYN_PLUGIN_EXIT: row('PluginExitError', 'execution'),
  SYN_LOGGER_FINISHED: row('LoggerFinishedError', 'execution'),
  SYN_REPORTING_VALUE: row('ReportingValueError', 'execution'),
  SYN_EVENTS_NOT_STORED: row('EventsNotStoredError', 'execution', true),
  SYN_STORE_LOCKED: row('StoreLockedError', 'execution', true),
  SYN_REPLAY_MISMATCH: row('ReplayMismatchError', 'execution'),
  SYN_STORE_FULL: row('StoreFullError', 'execution', true),
  SYN_STORE_UNAVAILABLE: row('StoreUnavailableError', 'execution', true),
  SYN_STORE_FAILED: row('StoreFailedError', 'execution', true),

  SYN_RUN_CANCELLED: row('RunCancelledError', 'cancelled'),
  SYN_STEP_CANCELLED: row('StepCancelledError', 'cancelled'),

  SYN_CLIENT: row('ClientError', 'remote'),
  SYN_CLIENT_CONNECTION: row('ClientConnectionError', 'remote', true),
  SYN_CLIENT_TIMEOUT: row('ClientTimeoutError', 'remote', true),
  SYN_HTTP: row('HTTPError', 'remote'),
  SYN_HTTP_REQUEST_INVALID: row('RequestInvalidError', 'remote'),
  SYN_HTTP_AUTHENTICATION: row('AuthenticationError', 'remote'),
  SYN_HTTP_AUTHORIZATION: row('AuthorizationError', 'remote'),
  SYN_HTTP_NOT_FOUND: row('NotFoundError', 'remote'),
  SYN_HTTP_RATE_LIMIT: row('RateLimitError', 'remote', true),
  SYN_HTTP_SERVER: row('ServerError', 'remote', true),
  SYN_DATASET_DOWNLOAD: row('DownloadFailedError', 'remote'),
  SYN_DOWNLOAD_LIMIT: row('DownloadLimitError', 'remote'),
  SYN_DOWNLOAD_INCOMPLETE: row('DownloadIncompleteError', 'remote', true),
  SYN_STORAGE_CONNECTION: row('StorageConnectionError', 'remote', true),
  SYN_STORAGE_PERMISSION: row('StoragePermissionError', 'remote'),
  SYN_STORAGE_UPLOAD: row('StorageUploadError', 'remote'),
  SYN_STORAGE_DOWNLOAD: row('StorageDownloadError', 'remote'),
  SYN_STORAGE_FAILED: row('StorageFailedError', 'remote'),
  SYN_STREAM: row('StreamError', 'remote'),
  SYN_STREAM_LIMIT: row('StreamLimitExceededError', 'remote'),
  SYN_WEBSOCKET: row('WebSocketError', 'remote'),
} as const satisfies Readonly<Record<ErrorCode, ErrorCodeInfo>>;

/** A code that this version throws. */
export type KnownErrorCode = keyof typeof ERROR_CODES;
