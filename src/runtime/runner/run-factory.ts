import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import type { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import { EventFlusher } from '../../authoring/reporting/event-flusher.js';
import { LendingEventStream } from '../../authoring/reporting/lending-event-stream.js';
import { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { RunCancelledError } from '../../foundation/errors/run.errors.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import { DurableRun } from '../durability/durable-run.js';
import type { RunClock } from '../durability/run-clock.js';
import type { StoredSteps } from '../durability/step-entries.js';
import type { Executor } from '../executors/executor.interface.js';
import { ActiveRun } from '../invocation/active-run.js';
import type { SecretRedactor } from '../invocation/secret-redactor.js';
import type { RunOwner } from '../run-store/run-owner.js';
import type { RunRecord } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { DefinitionFactsCache } from './definition-facts.js';
import { EnvironmentComposer, environmentOfRun } from './environment-composer.js';
import { RedactedEventStream } from './redacted-run.js';
import { RunIdFactory } from './run-id.js';
import type { RunRequest } from './run-request.js';
import { maskSecrets, redactorFor } from './secret-params.js';

/** What a {@link RunFactory} works with. */
export interface RunFactoryInit {
  readonly store: RunStore;
  readonly clock: RunClock;
  readonly owner: RunOwner;
  readonly env: PluginEnvironment;
  readonly ports: PlatformPorts;
  readonly integrations: IntegrationRegistry;
  /** Folder in which runs get their working folders. */
  readonly workRoot: string;
}

/** Where a run comes from that does not begin from nothing. */
export interface RunOrigin {
  readonly forkedFrom: string;
  readonly stored: StoredSteps;
}

/** A run that this process has taken over. */
export interface TakenOver {
  /** As the claim has left it. */
  readonly record: RunRecord;
  readonly definition: ActionDefinition;
  /** With its secrets. */
  readonly params: unknown;
  readonly env?: RunRequest['env'];
  readonly firstSeq: number;
  readonly stored: StoredSteps;
  /** Set when its steps are to be undone: why. */
  readonly undoReason?: RunCancelledError;
}

/** What the parts of a run are made from. */
interface RunParts extends Pick<TakenOver, 'record' | 'definition' | 'params' | 'env' | 'undoReason'> {
  readonly firstSeq?: number;
  readonly before?: StoredSteps;
  readonly checkpoint?: RunRequest['checkpoint'];
}

/** Makes runs, new ones and those that go on. */
export class RunFactory {
  readonly #init: RunFactoryInit;
  readonly #facts: DefinitionFactsCache;
  readonly #flusher: EventFlusher;
  readonly #ids = new RunIdFactory();
  readonly #isDurable: boolean;

  constructor(init: RunFactoryInit) {
    this.#init = init;
    this.#facts = new DefinitionFactsCache(new EnvironmentComposer(init.env));
    this.#flusher = new EventFlusher({ clock: init.clock });
    this.#isDurable = init.store.isDurable;
  }

  /** Dotted paths of the secret fields of an action's params. */
  secretPathsOf(definition: ActionDefinition): readonly string[] {
    return this.#facts.of(definition).secretPaths;
  }

  create(request: RunRequest, definition: ActionDefinition, executor: Executor, origin?: RunOrigin): ActiveRun {
    const params = request.params === undefined ? {} : request.params;
    const { secretPaths } = this.#facts.of(definition);
    const now = this.#init.clock.now();
    const id = this.#ids.create(now);
    const record: RunRecord = {
      id,
      plugin: definition.plugin,
      action: definition.name,
      mode: executor.mode,
      status: 'running',
      attempt: 1,
      params: secretPaths.length > 0 ? maskSecrets(secretPaths, params) : params,
      idempotency_key: request.idempotencyKey ?? id,
      job_id: request.jobId,
      parent_id: request.parentId,
      plugin_path: definition.source?.path,
      plugin_hash: definition.source?.contentHash,
      created_at: now,
      started_at: now,
      owner: this.#init.owner,
    };
    const { env, checkpoint } = request;
    if (!this.#isDurable) return this.#assemble({ record, definition, params, env, checkpoint });
    const lease = { epoch: 1, lease_expires_at: now + this.#leaseMsOf(definition) };
    const leased = origin ? { ...record, ...lease, ...standOf(origin) } : { ...record, ...lease };
    return this.#assemble({ record: leased, definition, params, env, checkpoint, before: origin?.stored });
  }

  resumed({ stored, ...parts }: TakenOver): ActiveRun {
    return this.#assemble({ ...parts, before: stored });
  }

  #assemble({ record, definition, params, env, firstSeq, before, ...rest }: RunParts): ActiveRun {
    const { ports, integrations, workRoot } = this.#init;
    const facts = this.#facts.of(definition);
    const { secretPaths } = facts;
    const redactor = secretPaths.length > 0 ? redactorFor(secretPaths, params) : undefined;
    const stream = this.#isDurable ? this.#lendingStream(record, firstSeq, redactor) : this.#stream(record, redactor);
    const run = new ActiveRun({
      record,
      definition,
      params,
      stream,
      env: env ? environmentOfRun(facts.env, env) : facts.env,
      ports,
      integrations,
      checkpoint: rest.checkpoint,
      redactor,
      workRoot,
    });
    if (stream instanceof LendingEventStream) {
      const { store, clock } = this.#init;
      const leaseMs = this.#leaseMsOf(definition);
      run.undoReason = rest.undoReason;
      run.durable = new DurableRun({ store, record, leaseMs, clock, stream, target: run, before });
    }
    return run;
  }

  #stream({ id, attempt }: RunRecord, redactor: SecretRedactor | undefined): RunEventStream {
    const options = { runId: id, attempt, sink: this.#init.store, flusher: this.#flusher };
    return redactor ? new RedactedEventStream(options, redactor) : new RunEventStream(options);
  }

  #lendingStream({ id, attempt }: RunRecord, firstSeq?: number, redactor?: SecretRedactor): LendingEventStream {
    const options = { runId: id, attempt, firstSeq, sink: this.#init.store, flusher: this.#flusher };
    return new LendingEventStream(options, redactor && ((data) => redactor.value(data) as object));
  }

  #leaseMsOf({ options }: ActionDefinition): number {
    return options.leaseMs ?? this.#init.store.leaseMs;
  }
}

/** How far the finished steps have brought a fork. */
function standOf({ forkedFrom, stored }: RunOrigin): Pick<RunRecord, 'forked_from' | 'next_steps' | 'progress'> {
  return { forked_from: forkedFrom, next_steps: stored.state.next, progress: stored.percent };
}
