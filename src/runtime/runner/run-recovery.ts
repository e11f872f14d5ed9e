import { RunEndedError, RunOwnedError } from '../../foundation/errors/durability.errors.js';
import { RunCancelledError, RunNotFoundError, UsageError } from '../../foundation/errors/run.errors.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { ActionRegistry } from '../discovery/action-registry.js';
import { assureLease } from '../durability/assured-lease.js';
import type { RunClock } from '../durability/run-clock.js';
import { storedStepsOf, type StoredSteps } from '../durability/step-entries.js';
import type { ExecutorChoice, ExecutorRegistry } from '../executors/executor-registry.js';
import type { ActiveRun } from '../invocation/active-run.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import type { ClaimPurpose } from '../run-store/run-lease.js';
import type { RunOwner } from '../run-store/run-owner.js';
import { isFinal, type RunRecord } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { forkedSteps } from './forked-steps.js';
import type { RunDriver } from './run-driver.js';
import type { RunFactory } from './run-factory.js';
import { RunHandle } from './run-handle.js';
import type { ForkRequest, RecoveryRequest, ResumeRequest } from './recovery-request.js';
import { restoredParams } from './restored-params.js';
import { undoOutcomeOf } from './durable-end.js';
import type { StepUndoReport } from '../../foundation/errors/step.errors.js';

/** What a {@link RunRecovery} works with. */
export interface RunRecoveryInit {
  readonly store: RunStore;
  readonly registry: ActionRegistry;
  readonly executors: ExecutorRegistry;
  readonly factory: RunFactory;
  readonly driver: RunDriver;
  readonly owner: RunOwner;
  readonly clock: RunClock;
}

/** A run that this process has got hold of, and what is needed to go on with it. */
interface TakenRun {
  readonly record: RunRecord;
  readonly lastSeq: number;
  readonly stored: StoredSteps;
  readonly definition: ActionDefinition;
  readonly choice: ExecutorChoice;
  readonly params: unknown;
  readonly env: RecoveryRequest['env'];
}

/** Goes on with runs that another process, or an earlier attempt, has left. */
export class RunRecovery {
  readonly #init: RunRecoveryInit;

  constructor(init: RunRecoveryInit) {
    this.#init = init;
  }

  /** See `PluginRunner.resume`. */
  async resume<R>(id: string, request: ResumeRequest): Promise<RunHandle<R>> {
    const known = await this.get(id);
    if (isFinal(known.status)) {
      throw new RunEndedError(
        id,
        known.status,
        'Start a new run, or go on from one of its steps with `synapse run fork`.',
      );
    }
    const taken = await this.#take(known, 'run', request);
    const reason = taken.record.cancel_requested;
    // Who asked for its end has been told that it comes.
    return reason === undefined
      ? this.#begin<R>(taken, 'run', request)
      : this.#begin<R>(taken, 'undo', request, reason);
  }

  /** See `PluginRunner.undo`. */
  async undo(id: string, request: RecoveryRequest): Promise<RunHandle<readonly StepUndoReport[]>> {
    const known = await this.get(id);
    this.#refuseNothingToUndo(known);
    const taken = await this.#take(known, 'undo', request);
    // One that was being undone ends as it would have; else it is whoever asks for the undo that ends it.
    const goesOn = !isFinal(known.status) && taken.stored.state.undo !== undefined;
    const run = this.#activeRun(taken, goesOn ? 'run' : 'undo', 'its undo was asked for');
    const outcome = this.#drive(run, taken, request).then((ended) => undoOutcomeOf(run, ended));
    return new RunHandle(run, this.#init.store, outcome);
  }

  /** See `PluginRunner.cancel`; for a run that is not one of this process's. */
  async cancel(id: string, reason: string, request: RecoveryRequest): Promise<RunRecord> {
    const { store } = this.#init;
    if (await store.requestCancel(id, reason)) {
      const known = await this.get(id);
      try {
        const taken = await this.#take(known, 'run', { ...request, wait: false });
        const undo = this.#begin(taken, 'undo', request, taken.record.cancel_requested ?? reason);
        const outcome = await undo.outcome();
        if (undo.isGivenBack && outcome.status !== 'completed') throw outcome.error; // it goes on as it was, and somebody has to know why
      } catch (thrown) {
        if (!(thrown instanceof RunOwnedError)) throw thrown;
      }
    }
    return this.get(id);
  }

  /** See `PluginRunner.fork`. */
  async fork<R>(id: string, request: ForkRequest): Promise<RunHandle<R>> {
    const { store, registry, executors, factory } = this.#init;
    const source = await this.get(id);
    const definition = registry.resolve(source.action, source.plugin);
    const choice = executors.choose(definition, source.mode);
    const params = restoredParams({
      id,
      paths: factory.secretPathsOf(definition),
      stored: source.params,
      params: request.params,
      env: factory.envOf(definition, request.env),
      isFork: true,
    });
    const { entries, stored } = forkedSteps(id, await store.journal(id), request.step);
    const run = factory.create({ action: source.action, params, env: request.env }, definition, choice.executor, {
      forkedFrom: id,
      stored,
    });
    await store.create(run.record, entries);
    await run.durable?.assureLease();
    return new RunHandle<R>(run, store, this.#init.driver.start(run, choice, request.signal));
  }

  /** Whether this process could go on with a run. */
  knows(run: Pick<RunRecord, 'plugin' | 'action' | 'plugin_hash'>): boolean {
    const definition = this.#init.registry.find(run.action, run.plugin);
    if (!definition) return false;
    const hash = definition.source?.contentHash;
    return run.plugin_hash === undefined || hash === undefined || run.plugin_hash === hash;
  }

  /** The run as the store has it. @throws RunNotFoundError. */
  async get(id: string): Promise<RunRecord> {
    const record = await this.#init.store.get(id);
    if (!record) throw new RunNotFoundError(id);
    return record;
  }

  /** @throws RunEndedError for a run that is over and has nothing that could be undone. */
  #refuseNothingToUndo({ id, action, plugin, status, undo }: RunRecord): void {
    if (!isFinal(status)) return;
    if (undo === 'done') throw new RunEndedError(id, status, 'All of its steps are undone already.');
    const { steps } = this.#init.registry.resolve(action, plugin);
    if (!steps) throw new RunEndedError(id, status, `Action '${action}' has no steps that could be undone.`);
  }

  /** Gets hold of a run. Everything that could stand in its way is looked at before, as far as that can be. */
  async #take(known: RunRecord, purpose: ClaimPurpose, request: ResumeRequest): Promise<TakenRun> {
    const { store, registry, executors, factory, driver } = this.#init;
    const { id } = known;
    if (!store.isDurable) throw notKept(id);
    // A late renewal of its own lease must not have this process execute a run twice.
    if (driver.active.has(id)) throw new RunOwnedError(id, 'this process');
    const definition = registry.resolve(known.action, known.plugin);
    const choice = executors.choose(definition, purpose === 'undo' ? 'local' : known.mode);
    const params = restoredParams({
      id,
      paths: factory.secretPathsOf(definition),
      stored: known.params,
      params: request.params,
      env: factory.envOf(definition, request.env),
    });
    const { record, lastSeq } = await this.#claim(known, definition, purpose, request.wait ?? false);
    try {
      const stored = storedStepsOf(await store.journal(id));
      await this.#assure(record, definition);
      return { record, lastSeq, stored, definition, choice, params, env: request.env };
    } catch (thrown) {
      await store.renew(id, record.epoch ?? 0, 0); // whoever can read it may have it
      throw thrown;
    }
  }

  /** @throws RunOwnedError when the store has taken so long that somebody else has the run by now. */
  async #assure(
    { id, epoch = 0, lease_expires_at: expiresAt = 0 }: RunRecord,
    definition: ActionDefinition,
  ): Promise<void> {
    const { store, clock } = this.#init;
    const leaseMs = definition.options.leaseMs ?? store.leaseMs;
    if (await assureLease({ store, clock, runId: id, epoch, leaseMs, expiresAt })) return;
    throw new RunOwnedError(id, ownerText((await this.get(id)).owner));
  }

  async #claim(
    known: RunRecord,
    definition: ActionDefinition,
    purpose: ClaimPurpose,
    wait: boolean,
  ): Promise<{ readonly record: RunRecord; readonly lastSeq: number }> {
    const { store, owner, clock } = this.#init;
    const leaseMs = definition.options.leaseMs ?? store.leaseMs;
    const { id } = known;
    for (let seen = known; ;) {
      const outcome = await store.claim(id, { owner, leaseMs, now: clock.now(), purpose });
      if (outcome.claimed) return { record: outcome.run, lastSeq: outcome.lastSeq };
      if (outcome.reason === 'not_found') throw new RunNotFoundError(id);
      const current = await this.get(id);
      if (outcome.reason === 'ended') throw new RunEndedError(id, current.status, 'It ended just now.');
      const waitMs = wait ? this.#timeToWait(seen, current) : undefined;
      if (waitMs === undefined) throw new RunOwnedError(id, ownerText(current.owner));
      seen = current;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
  }

  /** How long the owner has to show that it is alive; undefined when it has shown it, or is here for all to see. */
  #timeToWait(seen: RunRecord, { owner, lease_expires_at }: RunRecord): number | undefined {
    const { host } = this.#init.owner;
    if (lease_expires_at === undefined || owner === undefined || owner.host === host) return undefined;
    if (lease_expires_at > (seen.lease_expires_at ?? 0)) return undefined;
    return Math.max(1, lease_expires_at - this.#init.clock.now());
  }

  #begin<R>(taken: TakenRun, purpose: ClaimPurpose, request: RecoveryRequest, reason?: string): RunHandle<R> {
    const run = this.#activeRun(taken, purpose, reason);
    return new RunHandle<R>(run, this.#init.store, this.#drive(run, taken, request));
  }

  #activeRun(
    { record, definition, params, env, lastSeq, stored }: TakenRun,
    purpose: ClaimPurpose,
    reason = '',
  ): ActiveRun {
    const undoReason = purpose === 'undo' ? new RunCancelledError(record.action, reason) : undefined;
    return this.#init.factory.resumed({ record, definition, params, env, firstSeq: lastSeq + 1, stored, undoReason });
  }

  #drive(run: ActiveRun, { choice }: TakenRun, { signal }: RecoveryRequest): Promise<RunOutcome> {
    return this.#init.driver.start(run, choice, signal);
  }
}

function ownerText(owner: RunOwner | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}` : 'the process that has made it';
}

function notKept(id: string): UsageError {
  return new UsageError(
    `Run ${id} is kept in memory only, without a journal: it cannot be resumed, undone or cancelled from outside. Keep runs in a file or in Postgres.`,
    { details: { run_id: id } },
  );
}
