import { ActionPipeline, PipelineRunner, PluginRunner } from '../../dist/index.js';
import { oneRun } from '../baselines/one-run.mjs';
import { PARAMS, TrainAction, trainingHost } from '../lib/training-host.mjs';

const ACTIONS = 10;
const PIPELINES = 2_000;

const resultOf = (handle) => handle.result();

/** A pipeline of ten actions in memory, by the action: params handed on, a child run each, progress and events. The baseline is the row `run`. */
export default {
  id: 'pipeline',
  reach: 1.5,
  baseline: 'one-run',
  rounds: 25,
  setup: async () => {
    const app = await trainingHost();
    const actions = Array.from({ length: ACTIONS }, () => TrainAction);
    const pipeline = ActionPipeline.of(actions, { name: 'bench', validateSchemas: false });
    return { app, runner: app.get(PluginRunner), pipelines: app.get(PipelineRunner), pipeline };
  },
  ours: ({ pipelines, pipeline }) =>
    millisecondsEach(PIPELINES, ACTIONS, () => pipelines.run(pipeline, { params: PARAMS }).then(resultOf)),
  base: ({ runner }) => millisecondsEach(PIPELINES * ACTIONS, 1, () => oneRun(runner, PARAMS)),
  teardown: (context) => context?.app.close(),
};

/** Time of one action, in milliseconds. */
async function millisecondsEach(times, actions, work) {
  const startedAt = performance.now();
  for (let left = times; left > 0; left--) await work();
  return (performance.now() - startedAt) / (times * actions);
}
