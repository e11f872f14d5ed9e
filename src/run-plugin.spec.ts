import { join } from 'node:path';
import { childOutcome, runInChild } from '../test/run-in-child.js';

// Each test starts a process of its own.
jest.setTimeout(60_000);

const DIGITS = join(import.meta.dirname, '../plugins-example/digits');

describe('runPlugin', () => {
  it('runs an action of a folder and hands out a run whose events can be read after it has ended', async () => {
    const body = `export default async () => {
      const { mkdtempSync, writeFileSync } = await import('node:fs');
      const { join } = await import('node:path');
      const { tmpdir } = await import('node:os');
      const { runPlugin } = await import('nest-synapse');
      const folder = mkdtempSync(join(tmpdir(), 'run-plugin-'));
      writeFileSync(join(folder, 'config.yaml'), 'name: Adder\\ncode: adder\\n');
      writeFileSync(join(folder, 'add.ts'), "import { Action } from 'nest-synapse';\\n@Action({ name: 'add' }) export class Add { execute(params) { return params.a + params.b; } }\\n");
      const handle = await runPlugin(folder, 'add', { a: 2, b: 3 });
      const result = await handle.result();
      const types = [];
      for await (const { type } of handle.events()) types.push(type);
      return { result, types };
    };`;

    expect(await runInChild(body)).toEqual({ result: 5, types: ['run.started', 'run.completed'] });
  });

  it.each<[string, string, string, string?, object?]>([
    ['a path that is not there', '/nowhere/at/all', 'SYN_CONFIG_NOT_FOUND'],
    ['an action that the plugin lacks', DIGITS, 'SYN_ACTION_NOT_FOUND'],
    ['a store that cannot be opened', DIGITS, 'SYN_STORE_READ_ONLY', 'evaluate', { settings: { store: DIGITS } }],
    ['a mode that nobody knows', DIGITS, 'SYN_USAGE', 'evaluate', { mode: 'loacl' }],
  ])('refuses %s', async (_case, plugin, code, action = 'fly', options = {}) => {
    const { error } = await childOutcome(
      `import { runPlugin } from 'nest-synapse';
       export default () => runPlugin(${JSON.stringify(plugin)}, ${JSON.stringify(action)}, {}, ${JSON.stringify(options)});`,
    );

    expect(error).toMatchObject({ code });
  });
});
