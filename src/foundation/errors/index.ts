export {
  AuthenticationError,
  AuthorizationError,
  ClientConnectionError,
  ClientError,
  type ClientErrorOptions,
  ClientTimeoutError,
  HTTPError,
  NotFoundError,
  raiseForStatus,
  RateLimitError,
  RequestInvalidError,
  ServerError,
  StreamError,
  StreamLimitExceededError,
  WebSocketError,
} from './client.errors.js';
export {
  ActionDefinitionError,
  ConfigInvalidError,
  ConfigNotFoundError,
  ConfigWriteError,
  DataTypeInvalidError,
  DataTypeNotFoundError,
  DuplicateNameError,
  EntrypointInvalidError,
  EnvironmentFileError,
  EnvironmentValueError,
  NotConfiguredError,
  PluginCompileError,
  PluginFolderNotFoundError,
  PluginFolderTooLargeError,
  PluginLoadError,
  SyncConflictError,
} from './config.errors.js';
export {
  DatasetFormatError,
  DatasetInvalidError,
  DatasetNotFoundError,
  DatasetPackageMissingError,
  type DatasetPlace,
  DatasetTargetError,
  DatasetValueError,
  placeText,
  type ValueIssue,
} from './dataset.errors.js';
export {
  LeaseLostError,
  NoteSecretError,
  RunEndedError,
  RunOwnedError,
  SecretMissingError,
  UndoFailedError,
} from './durability.errors.js';
export { ERROR_CODES, type ErrorCodeInfo, type KnownErrorCode } from './error-codes.js';
export { errorFromJson, errorToJson } from './error-json.js';
export {
  DataUnitInvalidError,
  DownloadFailedError,
  InferenceResultError,
  ModelIdInvalidError,
  ModelUnusableError,
  RegistrationError,
  StepContextError,
  UploadInvalidError,
} from './family.errors.js';
export {
  ArchiveInvalidError,
  ArchiveLimitError,
  ArchiveUnsafeError,
  ChecksumMismatchError,
  DownloadIncompleteError,
  DownloadLimitError,
  DownloadRefusedError,
  FileInvalidError,
  FileNotFoundError,
  FileWriteError,
  GitUnusableError,
  PathEscapeError,
} from './file.errors.js';
export {
  PipelineChangedError,
  PipelineDefinitionError,
  PipelineFailedError,
  PipelineNotFoundError,
  PipelineParamsError,
  SchemaIncompatibleError,
} from './pipeline.errors.js';
export {
  ActionNotFoundError,
  ExecutionError,
  ParamsInvalidError,
  PluginError,
  PluginNotFoundError,
  ResultInvalidError,
  type ValidationIssue,
} from './plugin.errors.js';
export { ReplayMismatchError, type ReplayDifference } from './replay.errors.js';
export {
  EventsNotStoredError,
  IntegrationUnavailableError,
  LoggerFinishedError,
  ReportingValueError,
  UnknownIntegrationError,
} from './reporting.errors.js';
export {
  NoActiveRunError,
  PluginExitError,
  ResultNotSerializableError,
  RunCancelledError,
  RunNotFoundError,
  RunTimeoutError,
  ShuttingDownError,
  UsageError,
} from './run.errors.js';
export {
  StoreAccessError,
  StoreCorruptError,
  StoreDriverMissingError,
  StoreFailedError,
  StoreFullError,
  StoreLockedError,
  StoreReadOnlyError,
  StoreUnavailableError,
  StoreValueError,
  StoreVersionError,
} from './store.errors.js';
export {
  StepCancelledError,
  StepDefinitionError,
  StepFailedError,
  StepJournalError,
  StepTimeoutError,
  type StepUndoReport,
} from './step.errors.js';
export {
  StorageConfigError,
  StorageConnectionError,
  StorageDownloadError,
  StorageError,
  StorageFailedError,
  StorageKeyError,
  StorageNotFoundError,
  StoragePackageMissingError,
  StoragePermissionError,
  StorageProviderNotFoundError,
  StorageUnsupportedError,
  StorageUploadError,
} from './storage.errors.js';
export {
  type ErrorCode,
  type ErrorKind,
  messageOf,
  SynapseError,
  type SynapseErrorJson,
  type SynapseErrorOptions,
} from './synapse.error.js';
