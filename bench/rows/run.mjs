import { PluginRunner } from '../../dist/index.js';
import { plainExecutor } from '../baselines/plain-executor.mjs';
import { PARAMS, TrainAction, trainingHost } from '../lib/training-host.mjs';

const resultOf = (handle) => handle.result();

/** One run in process: params checked, context, result, every event stored, nobody listening. */
export default {
  id: 'run',
  reach: 20,
  baseline: 'plain-executor',
  iterations: 100_000,
  rounds: 15,
  setup: async () => {
    const app = await trainingHost();
    return { app, runner: app.get(PluginRunner), action: new TrainAction() };
  },
  ours: ({ runner }) => runner.run({ action: 'train', params: PARAMS }).then(resultOf),
  base: ({ action }) => plainExecutor(action, PARAMS),
  teardown: (context) => context?.app.close(),
};
