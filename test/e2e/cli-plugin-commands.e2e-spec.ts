import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process, and the type check starts another.
jest.setTimeout(120_000);

const CONFIG = `# My plugin
name: Demo   # shown in lists
code: demo
category: export
actions:
  train:
    entrypoint: actions.train.TrainAction
    description: "From config: 학습"
    method: local
`;

const TRAIN = `import { Action, BaseAction, Dataset, ModelWeights, UiField } from 'nest-synapse';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { writeFileSync } from 'node:fs';

writeFileSync(new URL('../executed', import.meta.url), '');

export class TrainParams {
  @UiField({ help: 'Passes over the data' })
  @IsInt() @Min(1) @Max(100)
  epochs = 10;
}

export class TrainResult {
  @IsString()
  path!: string;
}

@Action({ params: TrainParams, result: TrainResult, inputType: Dataset, outputType: ModelWeights, description: 'From code' })
export class TrainAction extends BaseAction<TrainParams, TrainResult> {
  async execute(params: TrainParams): Promise<TrainResult> {
    return { path: String(params.epochs) };
  }
}
`;

const TOOLS = `import { Injectable } from '@nestjs/common';
import { Action } from 'nest-synapse';

@Injectable()
export class Tools {
  @Action({ description: 'Counts things', method: 'local' })
  count(): number {
    return 3;
  }
}
`;

/** What has no config entry yet is added at the end; nothing else moves. */
const SYNCED = CONFIG.replace(
  '    method: local\n',
  '    method: local\n    input_type: dataset\n    output_type: model_weights\n  count:\n    entrypoint: actions/tools:Tools.count\n',
);

describe('The commands that look into a plugin', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'actions/train.ts': TRAIN, 'actions/tools.ts': TOOLS });
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

  describe('plugin schema', () => {
    it('prints the FormKit inputs of the params', () => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'schema', 'train']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual([
        expect.objectContaining({
          $formkit: 'number',
          name: 'epochs',
          value: 10,
          min: 1,
          max: 100,
          help: 'Passes over the data',
        }),
      ]);
    });

    it.each([
      [[], ['epochs']],
      [['--result'], ['path']],
    ])('prints JSON Schema with %j', (words, properties) => {
      const { stdout } = sandbox.call(['plugin', 'schema', 'train', '--format', 'json-schema', ...words]);
      const schema = JSON.parse(stdout) as { $schema: string; properties: object };

      expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(Object.keys(schema.properties)).toEqual(properties);
    });

    it('has no inputs for an action that declares no params', () => {
      expect(sandbox.call(['plugin', 'schema', 'count']).stdout).toBe('[]\n');
      expect(JSON.parse(sandbox.call(['plugin', 'schema', 'count', '--format=json-schema']).stdout)).toMatchObject({
        type: 'object',
      });
    });

    it.each([
      [['trian'], "Did you mean 'train'?"],
      [['train', '--format', 'json_schema'], "Did you mean 'json-schema'?"],
      [[], 'needs the argument <action>: name of the action'],
      [['train', '--formt', 'formkit'], /option '--formt'\. Known: .*Did you mean '--format'\?/],
      [['train', 'again'], "takes 1 argument; what is 'again' for?"],
    ])('refuses %j with a hint', (words, hint) => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'schema', ...words]);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Error \[SYN_[A-Z_]+\]: .*\n$/);
      expect(stderr).toMatch(hint);
    });

    it('answers an error with JSON as well where JSON was asked for', () => {
      const { code, stdout } = sandbox.call(['plugin', 'schema', 'trian', '--json']);

      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SYN_ACTION_NOT_FOUND', kind: 'usage' } });
    });
  });

  describe('plugin update-config', () => {
    it('adds what the code has, keeps every other byte, and has nothing to do the second time', () => {
      const first = sandbox.call(['plugin', 'update-config']);
      const written = statSync(sandbox.path('config.yaml'));
      const second = sandbox.call(['plugin', 'update-config']);

      expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
      expect(first.stdout).toContain('  train: input_type=dataset, output_type=model_weights\n');
      expect(first.stdout).toContain('  count: added (entrypoint=actions/tools:Tools.count)\n');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(SYNCED);
      expect(second).toEqual({ code: 0, stdout: 'No changes needed.\n', stderr: '' });
      expect(statSync(sandbox.path('config.yaml'))).toMatchObject({ mtimeMs: written.mtimeMs, ino: written.ino });
      expect(existsSync(sandbox.path('executed'))).toBe(false);
      expect(readdirSync(sandbox.root).sort()).toEqual(['actions', 'config.yaml']);
    });

    it('shows a diff in a dry run and writes nothing', () => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'update-config', '--dry-run']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^--- config\.yaml\n\+\+\+ config\.yaml\n@@ /);
      expect(stdout.split('\n').filter((line) => /^[+-] /.test(line))).toEqual([
        '+    input_type: dataset',
        '+    output_type: model_weights',
        '+  count:',
        '+    entrypoint: actions/tools:Tools.count',
      ]);
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(CONFIG);
    });

    it('tells programs what it did', () => {
      const facts = { changed: true, changes: { count: expect.any(String) as string }, conflicts: [], stale: [] };
      const { stdout: dry } = sandbox.call(['plugin', 'update-config', '--dry-run', '--json']);
      const { stdout: wet } = sandbox.call(['plugin', 'update-config', '-p', '.', '--json']);

      expect(JSON.parse(dry)).toMatchObject({
        ...facts,
        written: false,
        diff: expect.stringContaining('+  count:') as string,
      });
      expect(JSON.parse(wet)).toMatchObject({ ...facts, written: true, path: sandbox.path('config.yaml') });
      expect(JSON.parse(wet)).not.toHaveProperty('diff');
    });

    it('leaves entries without code alone until it is told to prune them', () => {
      sandbox.write({ 'config.yaml': `${SYNCED}  gone:\n    entrypoint: actions/gone:Gone\n` });
      const kept = sandbox.call(['plugin', 'update-config']);
      const pruned = sandbox.call(['plugin', 'update-config', '--prune']);

      expect(kept).toMatchObject({ code: 0, stdout: 'No changes needed.\n' });
      expect(kept.stderr).toContain('--prune');
      expect(pruned.stdout).toContain('  gone: removed\n');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(SYNCED);
    });

    it.each([[['--dry-run']], [[]]])(
      'decides nothing between two places for one name, and ends with 3, with %j',
      (words) => {
        const conflicting = SYNCED.replace('actions.train.TrainAction', 'actions/old:TrainAction');
        sandbox.write({ 'config.yaml': conflicting });
        const { code, stderr } = sandbox.call(['plugin', 'update-config', ...words]);

        expect(code).toBe(3);
        expect(stderr).toContain('[SYN_SYNC_CONFLICT]');
        expect(stderr).toContain('actions/old:TrainAction');
        expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(conflicting);
      },
    );

    it('points an entry at what was found when it is told to', () => {
      sandbox.write({ 'config.yaml': SYNCED.replace('actions.train.TrainAction', 'actions/old:TrainAction') });

      expect(sandbox.call(['plugin', 'update-config', '--repoint'])).toMatchObject({ code: 0 });
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toContain('entrypoint: actions/train:TrainAction');
    });

    it('changes nothing while a source cannot be read, since its actions would look removed', () => {
      sandbox.write({ 'actions/tools.ts': 'export class {' });
      const { code, stderr } = sandbox.call(['plugin', 'update-config', '--prune']);

      expect(code).toBe(3);
      expect(stderr).toContain('actions/tools.ts:1:');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(CONFIG);
    });

    it('says why it cannot write', () => {
      const name = `${'c'.repeat(240)}.yaml`; // leaves no room for the name of the file that is written beside it
      sandbox.write({ [name]: CONFIG });
      const { code, stderr } = sandbox.call(['plugin', 'update-config', '--path', name]);

      expect(code).toBe(3);
      expect(stderr).toContain('[SYN_CONFIG_WRITE]');
      expect(readFileSync(sandbox.path(name), 'utf8')).toBe(CONFIG);
    });
  });

  describe('plugin run of an entry that leads nowhere', () => {
    it('ends with 3 and says what there is, while other actions run', () => {
      sandbox.write({ 'config.yaml': `${CONFIG}  gone: actions/trian:TrainAction\n` });
      const gone = sandbox.call(['plugin', 'run', 'gone']);

      expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 3, stdout: '' });
      expect(gone.stderr).toMatch(/^Error \[SYN_ENTRYPOINT_INVALID\]: .*Did you mean 'actions\/train:TrainAction'\?/);
      expect(sandbox.call(['plugin', 'run', 'count'])).toMatchObject({ code: 0, stdout: '3\n' });
    });

    it('says so of a class that no module of the plugin provides', () => {
      sandbox.write({
        'actions/module.ts': `import { Module } from '@nestjs/common';\nimport { Tools } from './tools.js';\n@Module({ providers: [Tools] })\nexport class DemoModule {}\n`,
      });
      const { code, stderr } = sandbox.call(['plugin', 'run', 'train']);

      expect(code).toBe(3);
      expect(stderr).toContain('[SYN_ACTION_DEFINITION]: TrainAction carries @Action, but none of the plugin');
      expect(sandbox.call(['plugin', 'run', 'count'])).toMatchObject({ code: 0, stdout: '3\n' });
    });
  });

  it.each([
    [['plugin', 'lst'], "Did you mean 'list'?"],
    [
      ['plugn'],
      /Unknown command 'plugn'\. Known: plugin, pipeline, run, datasets, completion, help\. Did you mean 'plugin'\?/,
    ],
    [['plugin', 'list', '--jsn'], "Did you mean '--json'?"],
    [['plugin', 'list', '--path'], "Option '--path <dir>' of 'synapse plugin list' needs a value"],
    [['plugin', 'list', '--nope\nmore'], "option '--nope more'"],
    [['completion', 'zzsh'], "Unknown shell 'zzsh'. Known: bash, zsh, fish. Did you mean 'zsh'?"],
    [['plugin', 'list', 'extra'], "takes no arguments; what is 'extra' for?"],
    [['--jsn'], "Unknown 'synapse' option '--jsn'. Known: --version, --help."],
  ])('ends with 2 and a hint on stderr for %j', (words, hint) => {
    const { code, stdout, stderr } = sandbox.call(words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Error \[SYN_USAGE\]: .*\n$/);
    expect(stderr).toMatch(hint);
  });

  it.each([
    [['plugin'], 'Usage: synapse plugin'],
    [[], 'Usage: synapse'],
  ])('prints help on stderr for %j', (words, help) => {
    const { code, stdout, stderr } = sandbox.call(words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(help);
  });
});
