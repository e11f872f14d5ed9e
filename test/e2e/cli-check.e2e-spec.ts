import { mkdirSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finished, SynapseSandbox } from './synapse-process.js';

// Each check starts a process, and that one starts the compiler.
jest.setTimeout(180_000);

const repository = resolve(__dirname, '../..');

const CONFIG = `name: Demo
code: demo
actions:
  train:
    entrypoint: actions/train:TrainAction
    method: local
`;

const TRAIN = `import { Action, BaseAction } from 'nest-synapse';
import { IsInt } from 'class-validator';
import { Trainer } from '../lib/trainer.js';

export class TrainParams {
  @IsInt()
  epochs = 10;
}

@Action({ name: 'train', method: 'local', params: TrainParams })
export class TrainAction extends BaseAction<TrainParams, object> {
  constructor(private readonly trainer: Trainer) {
    super();
  }

  async execute(params: TrainParams): Promise<object> {
    return { trained: this.trainer.train(params.epochs) };
  }
}
`;

const TRAINER = `import { Injectable } from '@nestjs/common';
import { readFileSync } from 'node:fs';

@Injectable()
export class Trainer {
  train(epochs: number): number {
    return epochs + readFileSync(import.meta.filename).length;
  }
}
`;

const GOOD = { 'config.yaml': CONFIG, 'actions/train.ts': TRAIN, 'lib/trainer.ts': TRAINER };

interface Check {
  readonly name: string;
  readonly status: string;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

describe('plugin check', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write(GOOD);
  });

  afterEach(() => sandbox.remove());

  function checksOf({ stdout }: Finished): Record<string, Check> {
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  }

  function statusesOf(finished: Finished): Record<string, string> {
    return Object.fromEntries(Object.values(checksOf(finished)).map(({ name, status }) => [name, status]));
  }

  const ALL_OK = {
    config: 'ok',
    sources: 'ok',
    types: 'ok',
    entrypoints: 'ok',
    graph: 'ok',
    schemas: 'ok',
    sync: 'ok',
  };

  it('passes a plugin that needs nothing of its own, no tsconfig.json and no packages', () => {
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect({ ...finished, stdout: statusesOf(finished) }).toEqual({ code: 0, stdout: ALL_OK, stderr: '' });
    expect(JSON.parse(finished.stdout)).toMatchObject({ ok: true });
    expect(finished.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('names each check for people, and what was wrong on stdout', () => {
    sandbox.write({ 'config.yaml': CONFIG.replace('method: local', 'method: local\n  gone: actions/gone:Gone') });
    const { code, stdout, stderr } = sandbox.call(['plugin', 'check']);

    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^ok {6}config\nok {6}sources\nok {6}types\nfailed {2}entrypoints\n {8}The entrypoint 'actions\/gone:Gone'/,
    );
    expect(stderr).toBe('1 of 7 checks failed: entrypoints.\n');
  });

  it("finds a type error with the plugin's place, and goes on", () => {
    sandbox.write({
      'actions/train.ts': TRAIN.replace('this.trainer.train(params.epochs)', "this.trainer.train('many')"),
    });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(finished.code).toBe(3);
    expect(statusesOf(finished)).toEqual({ ...ALL_OK, types: 'failed' });
    expect(checksOf(finished)['types']?.problems).toEqual([
      expect.stringMatching(/^actions\/train\.ts:17:\d+: TS2345: /),
    ]);
  });

  it('finds params that the action does not take, as the compiler does', () => {
    sandbox.write({ 'actions/train.ts': TRAIN.replace('params: TrainParams }', 'params: Trainer }') });

    expect(statusesOf(sandbox.call(['plugin', 'check', '--json']))['types']).toBe('failed');
  });

  it.each([
    ['and lends it the packages it has not got', ['@types']],
    [
      'with its own packages',
      [
        '@types',
        '@nestjs',
        'class-validator',
        'class-transformer',
        'reflect-metadata',
        'rxjs',
        'typescript',
        'nest-synapse',
      ],
    ],
  ])("uses the plugin's own tsconfig.json, %s", (_case, names) => {
    mkdirSync(sandbox.path('node_modules'));
    for (const name of names) {
      symlinkSync(
        name === 'nest-synapse' ? repository : `${repository}/node_modules/${name}`,
        sandbox.path('node_modules', name),
      );
    }
    sandbox.write({
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'preserve',
          target: 'es2023',
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          noUnusedLocals: true,
          types: ['node'],
          skipLibCheck: true,
        },
      }),
      'lib/trainer.ts': `${TRAINER}const unused = 1;\n`,
    });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(checksOf(finished)['types']?.problems).toEqual([expect.stringContaining("TS6133: 'unused' is declared")]);
  });

  it('skips the types of a plugin without TypeScript, and says why', () => {
    sandbox.write({ 'plain/config.yaml': 'name: P\ncode: p\n', 'plain/a.js': 'export const one = 1;\n' });
    const finished = sandbox.call(['plugin', 'check', '--json', '--path', 'plain']);

    expect(finished.code).toBe(0);
    expect(checksOf(finished)['types']).toMatchObject({
      status: 'skipped',
      problems: ['The plugin has no TypeScript sources.'],
    });
  });

  it('reports a source that cannot be parsed, and what depends on it', () => {
    sandbox.write({ 'lib/broken.ts': 'export class {' });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(finished.code).toBe(3);
    expect(statusesOf(finished)).toMatchObject({
      config: 'ok',
      sources: 'failed',
      graph: 'failed',
      schemas: 'skipped',
      sync: 'skipped',
    });
    expect(checksOf(finished)['sources']?.problems).toEqual([expect.stringMatching(/^lib\/broken\.ts:1:\d+: /)]);
  });

  it('reports a plugin that does not start, with what is missing', () => {
    sandbox.write({
      'lib/trainer.ts': TRAINER.replace(
        'train(epochs',
        "constructor() { throw new Error('no licence'); }\n  train(epochs",
      ),
    });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(finished.code).toBe(3);
    expect(statusesOf(finished)).toMatchObject({ types: 'ok', graph: 'failed', schemas: 'skipped' });
    expect(checksOf(finished)['graph']?.problems).toEqual([expect.stringContaining('no licence')]);
  });

  it('reports what the scan sees and the graph has not, and the other way round', () => {
    sandbox.write({
      'actions/made.ts': `import { Action } from 'nest-synapse';\nimport { Injectable, Module } from '@nestjs/common';\nimport { Trainer } from '../lib/trainer.js';\nconst Quick = (name: string) => Action({ name, method: 'local' });\n@Injectable()\n@Quick('made')\nexport class Made { execute(): number { return 1; } }\n@Module({ providers: [Made, Trainer] })\nexport class DemoModule {}\n`,
    });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(statusesOf(finished)).toMatchObject({ graph: 'failed' });
    expect(checksOf(finished)['graph']?.problems).toEqual([
      expect.stringContaining('TrainAction carries @Action, but none of the plugin'),
      expect.stringContaining("Action 'made' (actions/made:Made) runs, but cannot be seen"),
    ]);
  });

  it('reports a config.yaml that update-config would change', () => {
    sandbox.write({
      'actions/other.ts': TRAIN.replace("name: 'train'", "name: 'other'").replaceAll('TrainAction', 'OtherAction'),
    });
    const before = sandbox.call(['plugin', 'check', '--json']);
    sandbox.call(['plugin', 'update-config']);
    const after = sandbox.call(['plugin', 'check', '--json']);

    expect(statusesOf(before)).toEqual({ ...ALL_OK, sync: 'failed' });
    expect(checksOf(before)['sync']?.problems).toEqual([expect.stringContaining('synapse plugin update-config')]);
    expect(statusesOf(after)).toEqual(ALL_OK);
  });

  it('takes a config.yaml that leaves all actions to the code', () => {
    sandbox.write({ 'config.yaml': 'name: Demo\ncode: demo\n' });

    expect(statusesOf(sandbox.call(['plugin', 'check', '--json']))).toEqual(ALL_OK);
  });

  it('stops at a config.yaml that cannot be read', () => {
    sandbox.write({ 'config.yaml': 'name: Demo\ncode: demo\ncategory: nope\n' });
    const finished = sandbox.call(['plugin', 'check', '--json']);

    expect(finished.code).toBe(3);
    expect(new Set(Object.values(statusesOf(finished)).slice(1))).toEqual(new Set(['skipped']));
    expect(checksOf(finished)['config']?.problems).toEqual([expect.stringContaining('category')]);
  });
});
