// The part of the public surface that is about runs: where they are kept, and who goes on with them.
export type { RunNotes } from './authoring/context/run-notes.interface.js';
export { type RunClock, systemRunClock } from './runtime/durability/run-clock.js';
export { MemoryRunStore, type MemoryRunStoreOptions } from './runtime/run-store/memory-run-store.js';
export {
  changeFor,
  type CommitOutcome,
  type JournalEntry,
  type NewJournalEntry,
  refusalOf,
  type RunCommit,
} from './runtime/run-store/run-journal.js';
export {
  type ClaimOutcome,
  type ClaimPurpose,
  type GrantedLease,
  leaseFor,
  type RenewOutcome,
  type RunClaim,
} from './runtime/run-store/run-lease.js';
export { currentOwner, type RunOwner } from './runtime/run-store/run-owner.js';
export {
  releasesLease,
  type RunChange,
  type RunRecord,
  type RunSummary,
  type UndoState,
} from './runtime/run-store/run-record.js';
export {
  type PruneReport,
  type PruneRequest,
  type RunFilter,
  RunStore,
} from './runtime/run-store/run-store.interface.js';
export { type BlobStorageOptions } from './runtime/run-store/blob-target.js';
export { PostgresRunStore, type PostgresRunStoreOptions } from './runtime/run-store/postgres/postgres-run-store.js';
export { SqliteRunStore, type SqliteRunStoreOptions } from './runtime/run-store/sqlite/sqlite-run-store.js';
export { defaultStatePath } from './runtime/run-store/state-path.js';
export { PluginRunner, type PluginRunnerInit } from './runtime/runner/plugin-runner.service.js';
export { type ForkRequest, type RecoveryRequest, type ResumeRequest } from './runtime/runner/recovery-request.js';
export { RunHandle } from './runtime/runner/run-handle.js';
export { type RunRequest } from './runtime/runner/run-request.js';
export { type TakeoverOptions } from './runtime/runner/run-takeover.js';
