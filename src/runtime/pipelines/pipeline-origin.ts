import type { Type } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { StepResult } from '../../authoring/steps/step-result.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { PipelineChangedError } from '../../foundation/errors/pipeline.errors.js';
import { RunNotFoundError, UsageError } from '../../foundation/errors/run.errors.js';
import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import { storedEntryOf, storedStepsOf } from '../durability/step-entries.js';
import type { JournalEntry } from '../run-store/run-journal.js';
import { isFinal, type RunRecord } from '../run-store/run-record.js';
import { storedEvents } from '../run-store/stored-events.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { restoredParams } from '../runner/restored-params.js';
import type { RequestOrigin } from '../runner/run-request.js';
import { childrenOf } from './pipeline-children.js';
import type { PipelinePlan } from './pipeline-plan.js';

/** How a run goes on from an earlier one. */
export interface ForkOptions {
  /** The last node to take over, with all before it. @defaultValue all that are completed */
  readonly step?: string;
  /** Laid over the params of the earlier run, key by key. @defaultValue none */
  readonly params?: unknown;
  /** Where secrets are found that came from an environment variable. @defaultValue the process's environment */
  readonly env?: PluginEnvironment;
}

/** What an earlier run has done for a new one. */
export interface PipelineOrigin {
  readonly origin: RequestOrigin;
  readonly params: unknown;
  /** Results by node. */
  readonly adopted: ReadonlyMap<string, unknown>;
}

/** What an entry of the new run's journal says about a node that is taken over. Its result is there, so that the old run can go. */
interface AdoptedNode {
  readonly run_id: string | null;
  readonly fingerprint: string;
  readonly result: unknown;
}

/**
 * What a new run of a pipeline takes over from an earlier one: the results of the nodes that are completed and were not compensated for,
 * as far as everything before them is taken over too.
 *
 * @throws RunNotFoundError; {@link UsageError} for a run that is not over, or a node that is not completed; {@link PipelineChangedError} for
 * a run of another pipeline; SecretMissingError.
 */
export async function originOf(
  store: RunStore,
  plan: PipelinePlan,
  runId: string,
  { step, params, env = PluginEnvironment.fromEnviron() }: ForkOptions,
): Promise<PipelineOrigin> {
  const source = await store.get(runId);
  if (!source) throw new RunNotFoundError(runId);
  refuseOther(plan, source);
  const done = await completedNodes(store, plan, source);
  const names = takenOver(plan, done, { runId, step });
  refuseIdle(plan, source, params, names);
  const adopted = names.map((name) => [name, done.get(name)] as const);
  const entries: JournalEntry[] = adopted.map(([name, data], index) => ({
    epoch: 1,
    ...storedEntryOf(
      {
        kind: 'step_ended',
        record: { name, result: StepResult.ok({ ...data }), needsUndo: false },
        next: nextAfter(plan, names.slice(0, index + 1)),
      },
      { seq: index + 1, at: Date.now() },
    ),
  }));
  const { paramsType } = plan.pipeline;
  const paths = [...plan.secretPaths, ...(paramsType ? secretFieldsOf(paramsType as Type<object>) : [])];
  return {
    origin: { forkedFrom: runId, stored: storedStepsOf(entries), entries },
    params: restoredParams({ id: runId, paths, stored: source.params, params, env, isFork: true }),
    adopted: new Map(adopted.map(([name, data]) => [name, data?.result])),
  };
}

function refuseOther(plan: PipelinePlan, { id, action, plugin, status }: RunRecord): void {
  if (action !== plan.runName || plugin !== plan.plugin) {
    throw new PipelineChangedError(plan.name, id, `it is a run of '${action}' of plugin '${plugin}'`);
  }
  if (isFinal(status)) return;
  throw new UsageError(
    `Run ${id} is not over: it is ${status}. Wait for it or cancel it; if its process is gone, \`synapse run resume ${id}\` goes on with it.`,
    { details: { run_id: id, status } },
  );
}

/** The nodes that a run has completed, those included that it has taken over itself. */
async function completedNodes(
  store: RunStore,
  plan: PipelinePlan,
  source: RunRecord,
): Promise<ReadonlyMap<string, AdoptedNode>> {
  const { fingerprint } = plan;
  const done = new Map<string, AdoptedNode>();
  for (const { name, result } of storedStepsOf(await store.journal(source.id)).state.records) {
    const data = result.data as unknown as AdoptedNode;
    if (data.fingerprint !== fingerprint) {
      throw new PipelineChangedError(plan.name, source.id, 'other actions, or another order');
    }
    done.set(name, data);
  }
  for (const [name, { id, status, undo }] of await childrenOf(store, plan, source)) {
    const record = status === 'completed' && undo === undefined ? await store.get(id) : undefined;
    if (record) done.set(name, { run_id: id, fingerprint, result: record.result ?? null });
  }
  for (const name of await compensatedNodes(store, source.id)) done.delete(name);
  return done;
}

/** What they did is not there any more, so they have to run again. */
async function compensatedNodes(store: RunStore, runId: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { type, data } of storedEvents(store, runId)) {
    if (type === 'step.rolled_back' || type === 'step.rollback_failed') found.push(String(data['step']));
  }
  return found;
}

function takenOver(
  plan: PipelinePlan,
  done: ReadonlyMap<string, AdoptedNode>,
  { runId, step }: { readonly runId: string; readonly step: string | undefined },
): string[] {
  const whole: boolean[] = [];
  plan.nodes.forEach(({ node, ancestors }, index) => {
    whole[index] = done.has(node.name) && ancestors.every((before) => whole[before]);
  });
  const names = plan.nodes.flatMap(({ node }, index) => (whole[index] ? [node.name] : []));
  if (step === undefined) return names;
  if (!names.includes(step)) {
    throw new UsageError(
      `Run ${runId} cannot be gone on from after '${step}': it has not completed it, or it was undone. Completed: ${names.join(', ') || '(none)'}.`,
      { details: { run_id: runId, step, completed: names } },
    );
  }
  const last = plan.indexOf(step);
  const wanted = new Set([last, ...(plan.nodes[last]?.ancestors ?? [])]);
  return names.filter((name) => wanted.has(plan.indexOf(name)));
}

/** A changed param that nobody takes who is still to run would be ignored. What is given as it was, and a secret, may be. */
function refuseIdle(plan: PipelinePlan, source: RunRecord, params: unknown, takenOver: readonly string[]): void {
  if (typeof params !== 'object' || params === null || plan.pipeline.paramsType || !plan.pipeline.isStrict) return;
  const before = source.params as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(params)) {
    if (plan.secretPaths.includes(name) || isDeepStrictEqual(before[name], value)) continue;
    const takers = plan.nodes.filter(({ paramNames }) => !paramNames || paramNames.has(name));
    if (takers.some(({ node }) => !takenOver.includes(node.name))) continue;
    const names = takers.map(({ node }) => `'${node.name}'`).join(', ');
    const reason =
      names === ''
        ? `no action of pipeline '${plan.name}' takes it. Check its name`
        : `run ${source.id} has completed what takes it: ${names}. Go on from an earlier action with --step, or start a new run`;
    throw new UsageError(`A changed '${name}' would change nothing: ${reason}.`, {
      details: { run_id: source.id, param: name },
    });
  }
}

function nextAfter({ nodes }: PipelinePlan, done: readonly string[]): string[] {
  const next = nodes.find(({ node }) => !done.includes(node.name));
  return next ? [next.node.name] : [];
}
