export { ActionTester, type ActionTesterOptions, createActionTester, type TestedRunRequest } from './action-tester.js';
export {
  CRASH_VARIABLE,
  CrashingRunStore,
  CrashMoment,
  type CrashOptions,
  type CrashPoint,
} from './crashing-run-store.js';
export { DecoratedRunStore, type StoreCall, type StoreMethod } from '../../runtime/run-store/decorated-run-store.js';
export { snapshotOfRun, type SnapshotSource } from './run-snapshot.js';
export { TestedRun } from './tested-run.js';
export { type GraphOptions, type ProviderOverride } from './tester-graph.js';
export { tearSocketWrite, tearSqliteWrite } from './torn-writes.js';
export { type UntilOptions, VirtualClock, type VirtualClockOptions } from './virtual-clock.js';
export type { RunStoreSuiteOptions } from '../../runtime/run-store/lost-values.contract.js';
export { describeRunStore } from '../../runtime/run-store/run-store.contract.js';
export { type ContractExpectation, type TestFrame } from '../../runtime/run-store/test-frame.js';
export { ConvertAction, Step2Params, Step2Result } from './samples/convert.action.js';
export { DownloadAction, Step1Params, Step1Result } from './samples/download.action.js';
export { SamplePause } from './samples/sample-pause.js';
export { Step3Params, Step3Result, TrainAction } from './samples/train.action.js';
export { type InlineAction, inlineActions } from './cluster/inline-action.js';
export { ProcessClock } from './cluster/process-clock.js';
export { type FaultPlan, ProcessStore, type StoreFault } from './cluster/process-store.js';
export { SimulatedCluster, type SimulatedClusterOptions } from './cluster/simulated-cluster.js';
export { SimulatedProcess, type SimulatedProcessInit } from './cluster/simulated-process.js';
export { ContractParams, contractActions } from './executor-contract/contract-actions.js';
export { describeExecutor, type ExecutorSubject } from './executor-contract/executor.contract.js';
export {
  type AnswerHook,
  BackendServer,
  type BackendServerOptions,
} from '../../resources/clients/recording/backend-server.js';
export { type BackendTable, BackendTables } from '../../resources/clients/recording/backend-tables.js';
export { ReceivedUploads } from '../../resources/clients/recording/received-uploads.js';
export { type ReceivedFile, type RecordedRequest } from '../../resources/clients/recording/recorded-request.js';
export { type ServerAnswer } from '../../resources/clients/recording/server-answer.js';
export { describeStorageProvider } from './storage-contract/storage.contract.js';
export { type StorageFeature, type StorageSubject } from './storage-contract/storage-subject.js';
