import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareNode } from '../baselines/bare-node.mjs';
import { runProcess } from '../lib/process.mjs';

const launcher = fileURLToPath(new URL('../../bin/synapse.js', import.meta.url));

const PLUGIN = `import { Action, BaseAction } from 'nest-synapse';

export class AddParams {
  a = 0;
  b = 0;
}

@Action({ name: 'add', description: 'Add two numbers', params: AddParams })
export class AddAction extends BaseAction<AddParams, { sum: number }> {
  async execute(params: AddParams): Promise<{ sum: number }> {
    return { sum: params.a + params.b };
  }
}
`;

const CONFIG = `name: Adder
code: adder
version: 0.1.0
category: custom
actions:
  add:
    entrypoint: actions:AddAction
    method: local
`;

/** A plugin folder of its own, with caches of its own, so that nothing an earlier run left makes it quick. */
function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-bench-'));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  writeFileSync(join(folder, 'actions.ts'), PLUGIN);
  return {
    folder,
    caches: join(folder, '.caches'),
    words: [launcher, 'plugin', 'run', 'add', '--path', folder, '--mode', 'local'],
  };
}

const environment = (caches) => ({ XDG_CACHE_HOME: caches, XDG_STATE_HOME: caches });
const teardown = ({ folder }) => rmSync(folder, { recursive: true, force: true });

const row = { id: 'cli-run', baseline: 'bare-node', setup, base: bareNode, teardown };

const run = ({ caches, words }) => runProcess(words, { env: environment(caches) });

export default [
  { ...row, case: 'caches warm', reach: 8, rounds: 25, ours: run },
  {
    ...row,
    case: 'plugin never compiled',
    reach: 12,
    rounds: 15,
    ours: (context) => {
      rmSync(join(context.caches, 'synapse', 'plugins'), { recursive: true, force: true });
      return run(context);
    },
  },
  {
    ...row,
    case: 'first time',
    reach: 12,
    rounds: 15,
    // No cache of any kind: neither the plugin nor the command line itself has ever run.
    ours: (context) => {
      rmSync(context.caches, { recursive: true, force: true });
      return run(context);
    },
  },
];
