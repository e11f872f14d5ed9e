import { existsSync } from 'node:fs';
import type { SynapseSandbox } from './synapse-process.js';
import { CONFIG, demoPlugin } from './demo-plugin.fixture.js';

// Each call starts a process, and the type check starts another.
jest.setTimeout(120_000);

describe('The commands that look into a plugin', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = demoPlugin();
  });

  afterEach(() => sandbox.remove());

  describe('plugin list', () => {
    it('prints a table for people, and runs none of the code', () => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'list']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe(
        [
          'NAME   METHOD  INPUT    OUTPUT         ENTRYPOINT                 DESCRIPTION',
          'train  local   dataset  model_weights  actions/train:TrainAction  From config: 학습',
          'count  local   -        -              actions/tools:Tools.count  Counts things',
          '',
        ].join('\n'),
      );
      expect(existsSync(sandbox.path('executed'))).toBe(false);
    });

    it('prints one line of JSON for programs, from any folder', () => {
      const { code, stdout, stderr } = sandbox.call([
        'plugin',
        'list',
        '--json',
        '--path',
        sandbox.path('config.yaml'),
      ]);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.split('\n')).toHaveLength(2);
      expect(JSON.parse(stdout)).toEqual([
        {
          name: 'train',
          method: 'local',
          description: 'From config: 학습',
          category: 'export',
          entrypoint: 'actions/train:TrainAction',
          input_type: 'dataset',
          output_type: 'model_weights',
        },
        {
          name: 'count',
          method: 'local',
          description: 'Counts things',
          category: 'export',
          entrypoint: 'actions/tools:Tools.count',
          input_type: null,
          output_type: null,
        },
      ]);
    });

    it('writes no colours where stdout is no terminal, and cannot be made to move the cursor', () => {
      sandbox.write({ 'config.yaml': CONFIG.replace('From config: 학습', 'red \\e[31mtext\\r\\nand \\e[2Jmore') });
      const { stdout } = sandbox.call(['plugin', 'list'], { env: { FORCE_COLOR: undefined } });

      expect(stdout).toContain('red text and more\n');
      expect(stdout).not.toContain('\u001b');
    });

    it('lists what it can read, says what it cannot, and ends with 3', () => {
      sandbox.write({ 'actions/broken.ts': 'export class {' });
      const { code, stdout, stderr } = sandbox.call(['plugin', 'list']);

      expect(code).toBe(3);
      expect(stdout).toContain('train');
      expect(stderr).toMatch(/^Error \[SYN_PLUGIN_COMPILE\]: actions\/broken\.ts:1:\d+: /);
    });

    it('warns of an entry without code, and of a class that is almost an action', () => {
      sandbox.write({
        'config.yaml': `${CONFIG}  gone: actions/gone:Gone\n`,
        'actions/almost.ts': `import { BaseAction } from 'nest-synapse';\nexport class Almost extends BaseAction {}\n`,
      });
      const { code, stdout, stderr } = sandbox.call(['plugin', 'list']);

      expect(code).toBe(0);
      expect(stdout).toContain('actions/gone:Gone');
      expect(stderr).toMatch(/Warning: actions\/almost\.ts:2:\d+: Almost/);
      expect(stderr).toContain("entrypoint 'actions/gone:Gone' of action 'gone' cannot be resolved");
    });

    it('says so when there is nothing to list', () => {
      sandbox.write({ 'empty/config.yaml': 'name: E\ncode: e\n' });

      expect(sandbox.call(['plugin', 'list', '--path', 'empty']).stdout).toContain("Plugin 'e' has no actions");
      expect(sandbox.call(['plugin', 'list', '--path', 'empty', '--json']).stdout).toBe('[]\n');
    });
  });
});
