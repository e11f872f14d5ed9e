import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import type { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import { EventFlusher } from '../../authoring/reporting/event-flusher.js';
import { LendingEventStream } from '../../authoring/reporting/lending-event-stream.js';
import { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { SynapseError } from '../../foundation/errors/synapse.error.js';
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
  readonly undoReason?: SynapseError;
}

/** What a run is put together from. */
interface RunParts {
  readonly record: RunRecord;
  readonly definition: ActionDefinition;
  readonly params: unknown;
  readonly stream: RunEventStream;
  readonly redactor: SecretRedactor | undefined;
  readonly request: Pick<RunRequest, 'env' | 'checkpoint' | 'pipelineUse'>;
  /** That of the process and the plugin. */
  readonly env: PluginEnvironment;
}

/** What a run that outlives its process is put together from. */
interface DurableParts extends Pick<RunParts, 'record' | 'definition' | 'params' | 'request'> {
  readonly firstSeq?: number;
  readonly before?: StoredSteps;
  readonly undoReason?: SynapseError;
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

  /** The environment of a run of an action. */
  envOf(definition: ActionDefinition, own?: RunRequest['env']): PluginEnvironment {
    const { env } = this.#facts.of(definition);
    return own ? environmentOfRun(env, own) : env;
  }

  create(request: RunRequest, definition: ActionDefinition, executor: Executor, origin?: RunOrigin): ActiveRun {
    const params = request.params === undefined ? {} : request.params;
    const { secretPaths, env } = this.#facts.of(definition);
    const now = this.#init.clock.now();
    const id = this.#ids.create(now);
    const record: RunRecord = {
      id,
      plugin: definition.plugin,
      action: definition.name,
      mode: executor.mode,
      status: 'running',
      attempt: 1,
      params: secretPaths.length > 0 ? this.#masked(secretPaths, params, env) : params,
      idempotency_key: request.idempotencyKey ?? id,
      job_id: request.jobId,
      parent_id: request.parentId,
      plugin_path: definition.source?.path,
      plugin_hash: definition.source?.contentHash,
      created_at: now,
      started_at: now,
      owner: this.#init.owner,
    };
    if (!this.#isDurable) {
      const redactor = secretPaths.length > 0 ? redactorFor(secretPaths, params) : undefined;
      const stream = this.#stream(id, redactor);
      return this.#activeRun({ record, definition, params, stream, redactor, request, env });
    }
    const lease = { epoch: 1, lease_expires_at: now + this.#leaseMsOf(definition) };
    const leased = origin ? { ...record, ...lease, ...standOf(origin) } : { ...record, ...lease };
    return this.#durableRun({ record: leased, definition, params, request, before: origin?.stored });
  }

  resumed({ stored, env, ...parts }: TakenOver): ActiveRun {
    return this.#durableRun({ ...parts, request: { env }, before: stored });
  }

  #durableRun({ record, definition, params, request, firstSeq, before, undoReason }: DurableParts): ActiveRun {
    const { store, clock } = this.#init;
    const { secretPaths, env } = this.#facts.of(definition);
    const redactor = secretPaths.length > 0 ? redactorFor(secretPaths, params) : undefined;
    const { id: runId, attempt } = record;
    const stream = new LendingEventStream(
      { runId, attempt, firstSeq, sink: store, flusher: this.#flusher },
      redactor && ((data) => redactor.value(data) as object),
    );
    const run = this.#activeRun({ record, definition, params, stream, redactor, request, env });
    const leaseMs = this.#leaseMsOf(definition);
    run.undoReason = undoReason;
    run.durable = new DurableRun({ store, record, leaseMs, clock, stream, target: run, before });
    return run;
  }

  #activeRun({ record, definition, params, stream, redactor, request, env }: RunParts): ActiveRun {
    const { ports, integrations, workRoot, clock } = this.#init;
    return new ActiveRun({
      record,
      definition,
      params,
      stream,
      env: request.env ? environmentOfRun(env, request.env) : env,
      ports,
      integrations,
      checkpoint: request.checkpoint,
      pipelineUse: request.pipelineUse,
      redactor,
      workRoot,
      clock,
    });
  }

  /** Where the run can be resumed, its secrets may be found again where they came from. */
  #masked(secretPaths: readonly string[], params: unknown, env: PluginEnvironment): unknown {
    return maskSecrets(secretPaths, params, this.#isDurable ? env : undefined);
  }

  #stream(runId: string, redactor: SecretRedactor | undefined): RunEventStream {
    const options = { runId, attempt: 1, sink: this.#init.store, flusher: this.#flusher };
    return redactor ? new RedactedEventStream(options, redactor) : new RunEventStream(options);
  }

  #leaseMsOf({ options }: ActionDefinition): number {
    return options.leaseMs ?? this.#init.store.leaseMs;
  }
}

/** How far the finished steps have brought a fork. */
function standOf({ forkedFrom, stored }: RunOrigin): Pick<RunRecord, 'forked_from' | 'next_steps' | 'progress'> {
  return { forked_from: forkedFrom, next_steps: stored.state.next, progress: stored.percent };
}
