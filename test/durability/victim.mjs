/**
 * A process that executes runs until it is killed, for kill-matrix.ts, which bundles it: it must start in no time.
 *
 *   victim.mjs start <setting>   executes one run, and dies where SYNAPSE_TEST_CRASH says
 *   victim.mjs pipeline <setting> executes a pipeline that fails at its last action, and dies where SYNAPSE_TEST_CRASH says
 *   victim.mjs resume <setting>  goes on with the run of a process that is gone, and dies where SYNAPSE_TEST_CRASH says
 *   victim.mjs block <setting>   executes one run, whose event loop is blocked in the middle of a step
 *   victim.mjs take <setting>    takes runs over until its stdin ends; says the id of each that is over
 */
import { appendFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineOfConfig } from '../../dist/authoring/pipelines/pipeline-of-config.js';
import { StepResult } from '../../dist/authoring/steps/step-result.js';
import { inlineActions } from '../../dist/interfaces/testing/cluster/inline-action.js';
import { CrashingRunStore } from '../../dist/interfaces/testing/crashing-run-store.js';
import { tearSocketWrite, tearSqliteWrite } from '../../dist/interfaces/testing/torn-writes.js';
import { PipelineRunner } from '../../dist/runtime/pipelines/pipeline-runner.service.js';
import { PluginRunner } from '../../dist/runtime/runner/plugin-runner.service.js';
import { PostgresRunStore } from '../../dist/runtime/run-store/postgres/postgres-run-store.js';
import { SqliteRunStore } from '../../dist/runtime/run-store/sqlite/sqlite-run-store.js';

const [, , mode, text] = process.argv;
/** { store, world, leaseMs, params, id }: the word of a store, and the folder that stands for the world outside. */
const setting = JSON.parse(text);
const isSqlite = !setting.store.startsWith('postgres');
const base = isSqlite
  ? new SqliteRunStore({ path: setting.store, leaseMs: setting.leaseMs })
  : new PostgresRunStore({ url: setting.store, schema: setting.schema, leaseMs: setting.leaseMs });
const tear = isSqlite ? tearSqliteWrite(setting.store) : tearSocketWrite();
const store = ['start', 'pipeline', 'resume'].includes(mode) ? CrashingRunStore.fromEnvironment(base, { tear }) : base;
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
    },
  };
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
} else {
  const start = {
    resume: () => runner.resume(setting.id),
    pipeline: () => pipelines.run('chain', { params: setting.params }),
  };
  const handle = await (start[mode]?.() ?? runner.run({ action: 'transfer', params: setting.params }));
  const { status, error } = await handle.outcome();
  await sleep(1); // a crash that is on its way comes first
  say(`${status} ${error?.code ?? ''} writes ${store.writes}`);
  await store.close();
}
