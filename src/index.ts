export { BaseAction } from './authoring/actions/base-action.js';
export { PipelineContext, type PipelineContextOptions } from './authoring/context/pipeline-context.js';
export { type PlatformPorts } from './authoring/context/platform-ports.js';
export {
  type AutologPort,
  type CheckpointReference,
  type MessageContext,
  type RunBinding,
  RuntimeContext,
} from './authoring/context/runtime-context.js';
export {
  Action,
  type ActionDecorator,
  type ActionOptions,
  type ActionResources,
  type ActionRetry,
  type ActionShape,
  type ClassOf,
} from './authoring/decorators/action.decorator.js';
export { Step } from './authoring/decorators/step.decorator.js';
export { type ConversionOrder } from './authoring/families/dataset/convert-step.js';
export { DatasetAction } from './authoring/families/dataset/dataset-action.js';
export { DatasetContext } from './authoring/families/dataset/dataset-context.js';
export { type DownloadOrder, type PartWork } from './authoring/families/dataset/download/part-download.js';
export { DatasetOperation, DatasetParams } from './authoring/families/dataset/dataset-params.js';
export { DatasetResult } from './authoring/families/dataset/dataset-result.js';
export {
  BaseDeploymentAction,
  type DeploymentStepsResult,
} from './authoring/families/deployment/base-deployment-action.js';
export {
  DeploymentContext,
  DeploymentProgressCategories,
  type RayActorOptions,
} from './authoring/families/deployment/deployment-context.js';
export { DeployStep, type DeploymentWork } from './authoring/families/deployment/deploy-step.js';
export { type ApplicationRegistration, RegisterStep } from './authoring/families/deployment/register-step.js';
export { BaseExportAction, type ExportStepsResult } from './authoring/families/export/base-export-action.js';
export { BaseExportParams, ExportFormat, ExportTarget } from './authoring/families/export/base-export-params.js';
export { type FilteredResults } from './authoring/families/export/filtered-results.js';
export { type ResultHandling, WriteResultsStep } from './authoring/families/export/write-results-step.js';
export { type BatchInference, InferStep } from './authoring/families/inference/infer-step.js';
export { LoadModelStep, type ModelLoader } from './authoring/families/inference/load-model-step.js';
export {
  type ModelIdOptions,
  createServeMultiplexedModelId,
  readServeMultiplexedModelId,
  type ServedModelId,
} from './authoring/families/serve/model-id.js';
export { ServedModels, type ServedModelsOptions } from './authoring/families/serve/served-models.js';
export { CheckpointStep } from './authoring/families/train/checkpoint-step.js';
export { type ModelUploader, ModelUploadStep } from './authoring/families/train/model-upload-step.js';
export { ExportContext, ExportProgressCategories } from './authoring/families/export/export-context.js';
export {
  BaseInferenceAction,
  type InferenceStepsResult,
  type LoadedModel,
} from './authoring/families/inference/base-inference-action.js';
export { InferenceContext, InferenceProgressCategories } from './authoring/families/inference/inference-context.js';
export { MetricsResult, TrainResult, WeightsResult } from './authoring/families/results/train-results.js';
export { ExportResult, InferenceResult, UploadResult } from './authoring/families/results/transfer-results.js';
export {
  BaseTrainAction,
  type ModelCheckpoint,
  type TrainStepsResult,
} from './authoring/families/train/base-train-action.js';
export { BaseTrainParams } from './authoring/families/train/base-train-params.js';
export { TrainContext, TrainProgressCategories } from './authoring/families/train/train-context.js';
export { BaseUploadAction, type UploadStepsResult } from './authoring/families/upload/base-upload-action.js';
export { UploadAction, type UploadRunResult } from './authoring/families/upload/upload-action.js';
export { UploadContext, UploadProgressCategories } from './authoring/families/upload/upload-context.js';
export { UploadParams, UploadPlace } from './authoring/families/upload/upload-params.js';
export { type PlannedFile, type PlannedUnit } from './authoring/families/upload/workflow/upload-plan.js';
export { UploadRunContext } from './authoring/families/upload/workflow/upload-run-context.js';
export { autolog, type AutologFrameworks, disableAutolog, listIntegrations } from './authoring/integrations/autolog.js';
export { AutologContext, getAutologContext } from './authoring/integrations/autolog-context.js';
export { type AutologTarget } from './authoring/integrations/autolog-target.interface.js';
export { BaseIntegration } from './authoring/integrations/base-integration.js';
export { type IntegrationFactory, IntegrationRegistry } from './authoring/integrations/integration-registry.js';
export { type TrainingCallbacks, type TrainingLogs } from './authoring/integrations/tensorflowjs-callbacks.js';
export {
  type FitArguments,
  type TensorflowjsHandle,
  TensorflowjsIntegration,
  type TensorflowjsOptions,
} from './authoring/integrations/tensorflowjs.integration.js';
export {
  type FollowOptions,
  type TrainingOutcome,
  type UltralyticsHandle,
  UltralyticsIntegration,
  type UltralyticsOptions,
} from './authoring/integrations/ultralytics.integration.js';
export {
  ActionPipeline,
  type ActionPipelineOptions,
  type PipelineLog,
  type PipelineNodes,
} from './authoring/pipelines/action-pipeline.js';
export { displayProgress, type DisplayOptions, printProgressSummary } from './authoring/pipelines/display-progress.js';
export { PipelineListener, type PipelineListenerOptions } from './authoring/pipelines/pipeline-listener.js';
export { type PipelineFinding } from './authoring/pipelines/pipeline-checks.js';
export { PipelineDefinition } from './authoring/pipelines/pipeline-definition.js';
export {
  type PipelineExecutor,
  type SubmitOptions,
  type WaitOptions,
} from './authoring/pipelines/pipeline-executor.interface.js';
export { type Pipeline } from './authoring/pipelines/pipeline.interface.js';
export { type PipelineGraph } from './authoring/pipelines/pipeline-graph.js';
export { type ActionFacts, type PipelineNode, type PipelineNodeOptions } from './authoring/pipelines/pipeline-node.js';
export { type PipelineAction, type PipelineFault } from './authoring/pipelines/pipeline-types.js';
export { BaseLogger, type LoggerOptions } from './authoring/reporting/base-logger.js';
export { BackendListener } from './authoring/reporting/backend-listener.js';
export { BackendLogger, type BackendLoggerOptions } from './authoring/reporting/backend-logger.js';
export { ConsoleListener, type ConsoleListenerOptions } from './authoring/reporting/console-listener.js';
export { ConsoleLogger, type ConsoleLoggerOptions } from './authoring/reporting/console-logger.js';
export { type LogEntry, type LoggerBackend } from './authoring/reporting/logger-backend.interface.js';
export { NdjsonListener, NdjsonSink } from './authoring/reporting/ndjson.js';
export { NdjsonLogger, type NdjsonLoggerOptions } from './authoring/reporting/ndjson-logger.js';
export { NoOpLogger } from './authoring/reporting/no-op-logger.js';
export { type OutputStream } from './authoring/reporting/output-stream.js';
export { RunLogger } from './authoring/reporting/run-logger.js';
export { type EventSink } from './authoring/reporting/sink-writer.js';
export { type Clock } from './authoring/reporting/clock.js';
export { type LogAttachments, type LogRecord } from './authoring/reporting/log-record.js';
export { type ProgressData, type ProgressReport, type ProgressStatus } from './authoring/reporting/progress-data.js';
export {
  ActionProgress,
  type ActionProgressDict,
  type ActionProgressFields,
  Checkpoint,
  PipelineProgress,
  type PipelineProgressDict,
  type PipelineProgressFields,
} from './authoring/reporting/progress-models.js';
export {
  isTerminal,
  type LogEventData,
  type MetricsEventData,
  type ProgressEventData,
  type RunEvent,
  type RunEventType,
  type TerminalEventType,
} from './authoring/reporting/run-event.js';
export { type RunEventHandler, type RunListener, type RunObserver } from './authoring/reporting/run-listener.js';
export { BaseStep, type StepClass, type StepLike } from './authoring/steps/base-step.js';
export { type Abortable, type AbortSource } from './authoring/steps/cancellation.js';
export { type ContextSnapshot, snapshotContext } from './authoring/steps/context-snapshot.js';
export { type JournalState, journalStateOf } from './authoring/steps/journal-state.js';
export { type MaybePromise } from './authoring/steps/maybe-promise.js';
export type * from './authoring/steps/orchestrator-hooks.js';
export { type RegisteredStep } from './authoring/steps/registered-step.js';
export { type StepClock } from './authoring/steps/step-clock.js';
export { StepContext } from './authoring/steps/step-context.js';
export {
  type StepEndedEntry,
  type StepJournal,
  type StepJournalEntry,
  type StepRecord,
  type StepUndoneEntry,
  type UndoStartedEntry,
} from './authoring/steps/step-journal.interface.js';
export { type StepOptions } from './authoring/steps/step-options.js';
export {
  type ExecuteOptions,
  type OrchestratorSummary,
  StepOrchestrator,
} from './authoring/steps/step-orchestrator.js';
export { StepRegistry, type StepResolver } from './authoring/steps/step-registry.js';
export {
  type StepFailureOptions,
  StepResult,
  type StepResultFields,
  type StepResultJson,
  type StepSuccessOptions,
} from './authoring/steps/step-result.js';
export { type StepRetry } from './authoring/steps/step-retry.js';
export { LoggingStep } from './authoring/steps/wrappers/logging-step.js';
export { TimingStep } from './authoring/steps/wrappers/timing-step.js';
export { type StepValidation, ValidationStep } from './authoring/steps/wrappers/validation-step.js';
export { WrapperStep } from './authoring/steps/wrappers/wrapper-step.js';
export {
  getActionConfig,
  getActionMethod,
  getPluginActions,
  readRequirements,
} from './foundation/config/config-helpers.js';
export {
  ActionStatus,
  AnnotationCategory,
  AnnotationType,
  LogLevel,
  MediaType,
  PackageManager,
  PluginCategory,
  RunMethod,
  RunStatus,
  SmartToolType,
  UnknownParams,
} from './foundation/config/enums.js';
export {
  type ActionConfig,
  createActionConfig,
  createPluginConfig,
  type ParamsClass,
  type PluginConfig,
} from './foundation/config/plugin-config.js';
export { parsePluginConfig, type PluginConfigFile, readPluginConfig } from './foundation/config/plugin-config-file.js';
export { type SyncFileOptions, type SyncFileResult } from './foundation/config/sync-config-file.js';
export { type SyncResult } from './foundation/config/sync-config.js';
export { type SyncConflict, type SyncPlanOptions } from './foundation/config/sync-plan.js';
export {
  COCODataset,
  Dataset,
  DMDataset,
  DMv1Dataset,
  DMv2Dataset,
  InferenceResults,
  Model,
  ModelWeights,
  ONNXModel,
  PascalVOCDataset,
  Result,
  TensorRTModel,
  TestResults,
  YOLODataset,
} from './foundation/data-types/built-in-types.js';
export {
  type Compatibility,
  compatibilityOf,
  DataType,
  type DataTypeClass,
} from './foundation/data-types/data-type.js';
export { DataTypeRegistry } from './foundation/data-types/data-type-registry.js';
export {
  type Credentials,
  type CredentialsOptions,
  type CredentialSource,
  loadCredentials,
} from './foundation/environment/credentials.js';
export {
  type EnvironmentOptions,
  type EnvironmentValues,
  PluginEnvironment,
} from './foundation/environment/plugin-environment.js';
export * from './foundation/errors/index.js';
export { type CliFlag, type CliFlagKind, cliFlagsOf } from './foundation/schema/cli-flags.js';
export { type ActionUiSchema, type FormKitItem, getActionUiSchema, uiSchemaOf } from './foundation/schema/form-kit.js';
export { FileField, type FileFieldOptions } from './foundation/schema/file-field.decorator.js';
export { IsNullable } from './foundation/schema/is-nullable.decorator.js';
export { IsJsonType, type JsonScalarType } from './foundation/schema/is-json-type.decorator.js';
export { type JsonSchema, jsonSchemaOf } from './foundation/schema/json-schema.js';
export { IsGreaterThan, IsLessThan, IsMultipleOf } from './foundation/schema/numeric-rules.decorator.js';
export { type JsonValue } from './foundation/schema/json-safe.js';
export { ParamsValidator, type ParamsValidatorOptions } from './foundation/schema/params.validator.js';
export { type ResultMismatch, ResultValidator } from './foundation/schema/result.validator.js';
export {
  UiField,
  type UiFieldChoice,
  type UiFieldChoices,
  type UiFieldItemType,
  type UiFieldOptions,
} from './foundation/schema/ui-field.decorator.js';
export { AgentClient } from './resources/clients/agent/agent-client.interface.js';
export * from './index.clients.js';
export { type ActionDefinition, type PluginSource } from './runtime/discovery/action-definition.js';
export { ActionRegistry } from './runtime/discovery/action-registry.js';
export { type PluginNaming } from './runtime/discovery/loader/plugin-parts.js';
export {
  type DiscoveryOptions,
  type ExportOptions,
  type PluginExport,
  type ModuleDiscoveryOptions,
  PluginDiscovery,
} from './runtime/discovery/plugin-discovery.js';
export { type DiscoveredAction } from './runtime/discovery/static-scan/discover-actions.js';
export { Executor } from './runtime/executors/executor.interface.js';
export { ExecutorRegistry } from './runtime/executors/executor-registry.js';
export { LocalExecutor, type LocalExecutorOptions } from './runtime/executors/local/local.executor.js';
export { RunMode } from './runtime/executors/run-mode.js';
export { ActionInvoker } from './runtime/invocation/action-invoker.js';
export { ActiveRun } from './runtime/invocation/active-run.js';
export { type RunOutcome } from './runtime/invocation/run-outcome.js';
export {
  PipelineRunner,
  type PipelineForkRequest,
  type PipelineRunnerInit,
  type PipelineRunRequest,
} from './runtime/pipelines/pipeline-runner.service.js';
export * from './index.files.js';
export * from './index.runs.js';
export * from './index.storage.js';
export { type SynapseFeatureOptions, SynapseModule, type SynapsePackageOptions } from './synapse.module.js';
export { type SynapseModuleOptions } from './synapse.module-definition.js';
export { runPlugin, type RunPluginOptions } from './run-plugin.js';
export * from './index.datasets.js';
