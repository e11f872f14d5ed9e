/**
 * A process that executes runs until it is killed, for kill-matrix.ts, which bundles it: it must start in no time.
 *
 *   victim.mjs start <setting>   executes one run, and dies where SYNAPSE_TEST_CRASH says
 *   victim.mjs pipeline <setting> executes a pipeline that fails at its last action, and dies where SYNAPSE_TEST_CRASH says
 *                                 with `loss`, the run of an action loses its lease while it is undone: it is stolen, or its store is away
 *   victim.mjs hang <setting>    executes a pipeline for each of `crashes`, which all stand still in the step of their second action
 *   victim.mjs resume <setting>  goes on with the run of a process that is gone, and dies where SYNAPSE_TEST_CRASH says
 *   victim.mjs cancel <setting>  does that with a pipeline, and tells it to end: while it `looks` at what there is, or while it `sends`
 *   victim.mjs finish <setting>  goes on with all of `ids` until they are over and undone, as far as they are to be
 *   victim.mjs block <setting>   executes one run, whose event loop is blocked in the middle of a step
 *   victim.mjs take <setting>    takes runs over until its stdin ends; says the id of each that is over
 */
import { appendFileSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineOfConfig } from '../../dist/authoring/pipelines/pipeline-of-config.js';
import { StepResult } from '../../dist/authoring/steps/step-result.js';
import { StoreValueUnavailableError } from '../../dist/foundation/errors/store.errors.js';
import { inlineActions } from '../../dist/interfaces/testing/cluster/inline-action.js';
import { CrashingRunStore } from '../../dist/interfaces/testing/crashing-run-store.js';
import { tearSocketWrite, tearSqliteWrite } from '../../dist/interfaces/testing/torn-writes.js';
import { PipelineRunner } from '../../dist/runtime/pipelines/pipeline-runner.service.js';
import { PluginRunner } from '../../dist/runtime/runner/plugin-runner.service.js';
import { DecoratedRunStore } from '../../dist/runtime/run-store/decorated-run-store.js';
import { PostgresRunStore } from '../../dist/runtime/run-store/postgres/postgres-run-store.js';
import { SqliteRunStore } from '../../dist/runtime/run-store/sqlite/sqlite-run-store.js';

const [, , mode, text] = process.argv;
/** { store, world, leaseMs, params, id, ids, crashes, when, loss }: the word of a store, and the folder that stands for the world outside. */
const setting = JSON.parse(text);
const isSqlite = !setting.store.startsWith('postgres');
const base = isSqlite
  ? new SqliteRunStore({ path: setting.store, leaseMs: setting.leaseMs })
  : new PostgresRunStore({ url: setting.store, schema: setting.schema, leaseMs: setting.leaseMs });
const tear = isSqlite ? tearSqliteWrite(setting.store) : tearSocketWrite();

/** A store whose answers can be held up, and that can be away for the commits of one run. */
class ShakyStore extends DecoratedRunStore {
  held = { method: undefined, until: undefined };
  away;

  around(call, work) {
    if (call.method === 'commit' && call.runId === this.away) {
      const place = { runId: call.runId, value: 'values', url: 's3://away' };
      return Promise.reject(new StoreValueUnavailableError(place, 'written', 'away'));
    }
    return call.method === this.held.method ? this.held.until.then(work) : work();
  }
}
const shaky = new ShakyStore(base);
const isKilled = ['start', 'pipeline', 'resume', 'cancel'].includes(mode);
const store = isKilled ? CrashingRunStore.fromEnvironment(shaky, { tear }) : base;
/** No system gives a process this number. */
const NO_PROCESS = 2 ** 22 + 1;
const retry = { maxAttempts: 3, initialDelayMs: 5 };

/** What is asked of the world, in the order in which it is asked, by all processes. */
function note(word, key, step) {
  appendFileSync(join(setting.world, 'requests.ndjson'), `${JSON.stringify({ word, key, step, pid: process.pid })}\n`);
}

/** Done once for each key, however often it is asked for; never again when it was undone. */
function once(file) {
  try {
    writeFileSync(join(setting.world, file.replaceAll('/', '_')), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Notes a promise that the runtime breaks. One that has lost the run and does not know it yet is no owner, and its commits are refused. */
async function refuse(runtimeCtx, key, step, isBroken, promise) {
  const { owner } = await base.get(runtimeCtx.runId);
  if (owner.pid === process.pid && isBroken(await base.journal(runtimeCtx.runId)))
    note(`BROKEN: ${promise}`, key, step);
}

function stepOf(name, { failsFirst = false, undoFailsFirst = false } = {}) {
  return {
    name,
    retry,
    async execute({ params, idempotencyKey: key, runtimeCtx }) {
      await refuse(
        runtimeCtx,
        key,
        name,
        (journal) => journal.some((entry) => entry.kind === 'step' && entry.name === name),
        'executed after its end was written',
      );
      await refuse(
        runtimeCtx,
        key,
        name,
        (journal) => journal.some(({ kind }) => kind === 'undo_started'),
        'executed after undo began',
      );
      if (failsFirst && once(`${key}.failed`)) return StepResult.fail('not yet');
      if (mode === 'block' && name === 'copy') block(setting.blockMs);
      note(once(`${key}.done`) ? 'done' : 'asked again', key, name);
      if (name === 'send' && mode === 'hang') await hang();
      if (name === 'send' && setting.when === 'sends') void (await resumed.promise).cancel('no more');
      return params.fails && name === 'pay'
        ? StepResult.fail('no money')
        : StepResult.ok({ key }, { rollbackData: { key } });
    },
    async rollback({ idempotencyKey: key, runtimeCtx }) {
      await refuse(
        runtimeCtx,
        key,
        name,
        (journal) => !journal.some(({ kind }) => kind === 'undo_started'),
        'undone before that was written',
      );
      if (undoFailsFirst && once(`${key}.undo-failed`)) throw new Error('not now');
      note(once(`${key}.undone`) ? 'undone' : 'asked to undo again', key, name);
      if (name === 'send' && setting.loss && once(`${key}.lost`)) await lose(runtimeCtx.runId);
    },
  };
}

const resumed = Promise.withResolvers();
let hanging = 0;

async function hang() {
  if (++hanging === setting.crashes.length) say('hanging');
  await new Promise(() => undefined);
}

/** Another process takes the run over, and dies; or its store cannot write for it any more. */
async function lose(runId) {
  if (setting.loss === 'away') shaky.away = runId;
  else {
    const { epoch } = await base.get(runId);
    await base.renew(runId, epoch, 0);
    const owner = { host: hostname(), pid: NO_PROCESS, started_at: 1 };
    await base.claim(runId, { owner, leaseMs: 60_000, now: Date.now(), purpose: 'undo' });
  }
  say(`lost ${store.writes}`);
}

/** The event loop stands still: no renewal, no timer. */
function block(ms) {
  writeSync(1, 'blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const transfer = {
  name: 'transfer',
  steps: [
    stepOf('reserve'),
    stepOf('copy', { failsFirst: true }),
    [stepOf('left', { undoFailsFirst: true }), stepOf('right')],
    { ...stepOf('note'), canSkip: () => true },
    stepOf('pay'),
  ],
};

/** Actions of a pipeline whose effects only their steps can undo. */
const chain = [
  { name: 'ledger', steps: [stepOf('open'), stepOf('enter', { undoFailsFirst: true })] },
  { name: 'mail', steps: [stepOf('send')] },
  { name: 'settle', steps: [stepOf('pay')] },
];

/** Goes on with a run, and tells it to end. */
async function cancelled(id) {
  const looks = Promise.withResolvers();
  if (setting.when === 'looks') shaky.held = { method: 'list', until: looks.promise };
  const handle = await runner.resume(id);
  resumed.resolve(handle);
  if (setting.when === 'looks') void handle.cancel('no more');
  looks.resolve();
  return handle;
}

const say = (word) => writeSync(1, `${word}\n`);
const ENDS = ['run.completed', 'run.failed', 'run.cancelled'];
const listeners = [(event) => ENDS.includes(event.type) && say(`over ${event.run_id}`)];
const parts = inlineActions([transfer, ...chain]);
const runner = new PluginRunner({ ...parts, store, listeners });
const pipelines = new PipelineRunner({ runner, registry: parts.registry, store });
const actions = chain.map(({ name }, index) => ({
  name,
  action: name,
  after: chain.slice(0, index).map((before) => before.name),
}));
pipelines.register(pipelineOfConfig({ name: 'chain', description: '', strict: false, actions }));

if (mode === 'take') {
  runner.takeOver({ intervalMs: 20 });
  say('ready');
  process.stdin.resume().once('end', () => process.exit(0));
} else if (mode === 'hang') {
  for (const crash of setting.crashes) await pipelines.run('chain', { params: { ...setting.params, crash } });
} else if (mode === 'finish') {
  for (const id of setting.ids) {
    if ((await store.get(id)).ended_at === undefined) await (await runner.resume(id)).outcome();
    if ((await store.get(id)).undo === 'failed') await (await runner.undo(id)).outcome();
  }
  await store.close();
} else {
  const start = {
    resume: () => runner.resume(setting.id),
    cancel: () => cancelled(setting.id),
    pipeline: () => pipelines.run('chain', { params: setting.params }),
  };
  const handle = await (start[mode]?.() ?? runner.run({ action: 'transfer', params: setting.params }));
  const { status, error } = await handle.outcome();
  await sleep(1); // a crash that is on its way comes first
  say(`${status} ${error?.code ?? ''} writes ${store.writes}`);
  await store.close();
}
