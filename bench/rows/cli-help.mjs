import { fileURLToPath } from 'node:url';
import { bareNode } from '../baselines/bare-node.mjs';
import { runProcess } from '../lib/process.mjs';

const launcher = fileURLToPath(new URL('../../bin/synapse.js', import.meta.url));

/** Whole processes: what a person waits for after typing it. */
export default [['--help'], ['plugin', '--help'], ['--version']].map((words) => ({
  id: 'cli-help',
  case: `synapse ${words.join(' ')}`,
  reach: 2.5,
  rounds: 15,
  baseline: 'bare-node',
  ours: () => runProcess([launcher, ...words]),
  base: bareNode,
}));
