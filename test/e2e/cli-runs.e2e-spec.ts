import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const CONFIG = `name: Work
code: work
category: custom
`;

const ACTIONS = `import { Action, BaseAction, type RuntimeContext } from 'nest-synapse';
import { IsInt } from 'class-validator';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class AddParams {
  @IsInt() a = 0;
  @IsInt() b = 0;
}

@Action({ name: 'add', params: AddParams, method: 'local' })
export class AddAction extends BaseAction<AddParams, { sum: number }> {
  async execute(params: AddParams, ctx: RuntimeContext): Promise<{ sum: number }> {
    ctx.log('added', { a: params.a });
    if (params.b === 7) writeFileSync(join(ctx.workDir, 'left.txt'), ctx.runId);
    return { sum: params.a + params.b };
  }
}

@Action({ name: 'break', method: 'local' })
export class BreakAction extends BaseAction<object, void> {
  async execute(): Promise<void> {
    throw new Error('no more');
  }
}

@Action({ name: 'circle', method: 'local' })
export class CircleAction extends BaseAction<object, object> {
  async execute(): Promise<object> {
    const circle: { self?: object } = {};
    return (circle.self = circle);
  }
}

@Action({ name: 'wait', method: 'local' })
export class WaitAction extends BaseAction<object, void> {
  async execute(): Promise<void> {
    console.log('waiting');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
`;

interface Listed {
  readonly id: string;
  readonly plugin: string;
  readonly action: string;
  readonly status: string;
  readonly created_at: number;
}

describe('The commands that look into runs', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'actions.ts': ACTIONS });
  });
  afterEach(() => sandbox.remove());

  const runs = (...words: string[]): Listed[] =>
    JSON.parse(sandbox.call(['run', 'list', '--json', ...words]).stdout) as Listed[];
  const stateFile = (): string => `${sandbox.environment()['XDG_STATE_HOME'] ?? ''}/synapse/runs.sqlite`;

  it('find nothing before the first run, and make no file for it', () => {
    expect(sandbox.call(['run', 'list'])).toEqual({ code: 0, stdout: 'No runs.\n', stderr: '' });
    expect(sandbox.call(['run', 'list', '--json']).stdout).toBe('[]\n');
    expect(existsSync(stateFile())).toBe(false);
  });

  it('list what plugin run has run, newest first, with filters', () => {
    const { stdout } = sandbox.call(['plugin', 'run', 'add', '--a', '2', '--b', '3', '--json']);
    const { id } = JSON.parse(stdout) as { id: string };
    sandbox.call(['plugin', 'run', 'break']);
    sandbox.call(['plugin', 'run', 'add']);

    expect(runs().map(({ plugin, action, status }) => [plugin, action, status])).toEqual([
      ['work', 'add', 'completed'],
      ['work', 'break', 'failed'],
      ['work', 'add', 'completed'],
    ]);
    expect(runs()[2]).toMatchObject({ id, created_at: expect.any(Number) as number });
    expect(runs('--action', 'break').map(({ action }) => action)).toEqual(['break']);
    expect(runs('--status', 'completed', '--limit', '1')).toHaveLength(1);
    expect(runs('--plugin', 'other')).toEqual([]);
    expect(runs('--since', '1h')).toHaveLength(3);
    expect(runs('--since', '2100-01-01')).toEqual([]);
    expect(sandbox.call(['run', 'list']).stdout.split('\n')[0]).toMatch(
      /^ID +STATUS +PLUGIN +ACTION +CREATED +DURATION$/,
    );
    expect((statSync(stateFile()).mode & 0o777).toString(8)).toBe('600');
  });

  it('show one run and its events', () => {
    const { stdout } = sandbox.call(['plugin', 'run', 'add', '--params', '{"a":2}', '--json']);
    const { id } = JSON.parse(stdout) as { id: string };

    expect(JSON.parse(sandbox.call(['run', 'show', id, '--json']).stdout)).toMatchObject({
      id,
      status: 'completed',
      params: { a: 2 },
      result: { sum: 2 },
      journal: [],
    });
    expect(sandbox.call(['run', 'show', id]).stdout).toContain('result    {"sum":2}\n');
    const events = sandbox.call(['run', 'events', id, '--json']).stdout.trimEnd().split('\n');
    const types = events.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('run.started');
    expect(types).toContain('log');
    expect(types.at(-1)).toBe('run.completed');
    expect(sandbox.call(['run', 'events', id, '--after', '1']).stdout.split('\n')).toHaveLength(events.length);
  });

  it('say which runs a beginning may mean', () => {
    const { id } = JSON.parse(sandbox.call(['plugin', 'run', 'add', '--json']).stdout) as { id: string };
    const { code, stderr } = sandbox.call(['run', 'show', id.slice(0, 8)]);

    expect([code, stderr]).toEqual([2, expect.stringContaining(`Give the whole id: ${id}.`)]);
  });

  it('show why a run failed, also one whose result cannot be kept', () => {
    sandbox.call(['plugin', 'run', 'break']);
    const { code, stdout } = sandbox.call(['plugin', 'run', 'circle', '--json']);

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { code: 'SYN_RESULT_NOT_SERIALIZABLE' } });
    expect(runs()).toMatchObject([
      { action: 'circle', status: 'failed', error: { code: 'SYN_RESULT_NOT_SERIALIZABLE' } },
      { action: 'break', status: 'failed', error: { code: 'SYN_EXECUTION_FAILED' } },
    ]);
  });

  it('show a run whose process was killed as interrupted', async () => {
    const { child, finished } = sandbox.start(['plugin', 'run', 'wait']);
    await new Promise<void>((resolve) =>
      child.stderr?.on('data', (text) => String(text).includes('waiting') && resolve()),
    );
    expect(runs()).toMatchObject([{ action: 'wait', status: 'running' }]);
    expect(sandbox.call(['run', 'list']).stdout).toContain('  running  ');
    child.kill('SIGKILL');
    await finished;

    expect(sandbox.call(['run', 'list']).stdout).toContain('  interrupted  ');
    expect(runs()).toMatchObject([{ status: 'running', owner: { pid: child.pid } }]);
  });

  it('keep the runs of processes that start at the same time on a file that is not there yet', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => sandbox.start(['plugin', 'run', 'add']).finished));

    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(runs()).toHaveLength(4);
  });

  it('keep runs in the file that --store names, or in none', () => {
    sandbox.call(['plugin', 'run', 'add', '--store', 'here/my.sqlite']);
    sandbox.call(['plugin', 'run', 'add', '--store', 'memory']);

    expect(runs()).toEqual([]);
    expect(runs('--store', 'here/my.sqlite')).toHaveLength(1);
    expect(readdirSync(sandbox.path('here'))).toContain('my.sqlite');
  });

  it('remove finished runs', () => {
    for (let count = 0; count < 3; count++) sandbox.call(['plugin', 'run', 'add']);

    expect(sandbox.call(['run', 'prune', '--older-than', '1h', '--json']).stdout).toBe('{"runs":0,"blobs":0}\n');
    expect(sandbox.call(['run', 'prune', '--keep', '2']).stdout).toMatch(/^Removed 1 runs/);
    expect(runs()).toHaveLength(2);
    expect(sandbox.call(['run', 'prune', '--all', '--json']).stdout).toBe('{"runs":2,"blobs":0}\n');
    expect(runs()).toEqual([]);
  });

  it('remove the working folders of finished runs with them', () => {
    sandbox.write({ 'tmp/keep.txt': '' });
    const env = { TMPDIR: sandbox.path('tmp') };
    const { stdout } = sandbox.call(['plugin', 'run', 'add', '--set', 'b=7', '--json'], { env });
    const { id } = JSON.parse(stdout) as { id: string };
    const folder = sandbox.path('tmp', `synapse-${process.getuid?.() ?? 'user'}`, 'work', id);
    expect(readdirSync(folder)).toEqual(['left.txt']);

    expect(sandbox.call(['run', 'prune', '--all'], { env }).code).toBe(0);
    expect([existsSync(folder), existsSync(sandbox.path('tmp', 'keep.txt'))]).toEqual([false, true]);
  });

  it.each([
    [['run', 'show', 'nope'], 2, 'SYN_RUN_NOT_FOUND'],
    [['run', 'events', 'nope'], 2, 'SYN_RUN_NOT_FOUND'],
    [['run', 'show'], 2, 'SYN_USAGE'],
    [['run', 'prune'], 2, 'SYN_USAGE'],
    [['run', 'prune', '--all', '--keep', '1'], 2, 'SYN_USAGE'],
    [['run', 'prune', '--status', 'running'], 2, 'SYN_USAGE'],
    [['run', 'prune', '--older-than', 'soon'], 2, 'SYN_USAGE'],
    [['run', 'list', '--status', 'done'], 2, 'SYN_USAGE'],
    [['run', 'list', '--status', 'failed', '--status', 'completed'], 2, 'SYN_USAGE'],
    [['run', 'list', '--limit', '0'], 2, 'SYN_USAGE'],
    [['run', 'list', '--store', '.'], 3, 'SYN_STORE_READ_ONLY]: The run store .* it is a folder'],
    [['run', 'list', '--since', 'soon'], 2, 'SYN_USAGE'],
    [['run', 'list', '--store', 'nowhere.sqlite'], 2, 'SYN_USAGE'],
    [['run', 'list', '--store', 'memory'], 2, 'SYN_USAGE'],
    [['plugin', 'run', 'add', '--store', 'redis://x/y'], 2, 'SYN_USAGE'],
    [['run', 'list', '--store', 'config.yaml'], 3, 'SYN_STORE_CORRUPT'],
    [['plugin', 'run', 'add', '--store', 'config.yaml'], 3, 'SYN_STORE_CORRUPT'],
    [['plugin', 'run', 'add', '--store', 'config.yaml/below'], 3, 'SYN_STORE_READ_ONLY'],
  ])('refuse %j with exit code %d and %s', (words, exitCode, errorCode) => {
    const { code, stdout, stderr } = sandbox.call(words);

    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(new RegExp(`Error \\[${errorCode.replace(']', '\\]')}`));
  });

  it('refuse a file of a newer version and say what to do', () => {
    sandbox.call(['plugin', 'run', 'add']);
    const db = new DatabaseSync(stateFile());
    db.exec('PRAGMA user_version = 99');
    db.close();

    for (const words of [
      ['run', 'list'],
      ['plugin', 'run', 'add'],
    ]) {
      const { code, stderr } = sandbox.call(words);
      expect(code).toBe(3);
      expect(stderr).toMatch(/SYN_STORE_VERSION.*version 99.*newer one.*--store/);
    }
    expect(sandbox.call(['plugin', 'run', 'add', '--store', 'memory']).code).toBe(0);
  });

  it('run an action all the same where the state folder cannot be made, and say that the run is not kept', () => {
    writeFileSync(sandbox.path('file'), '');
    const { code, stdout, stderr } = sandbox.call(['plugin', 'run', 'add'], {
      env: { XDG_STATE_HOME: sandbox.path('file') },
    });

    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"sum":0}\n' });
    expect(stderr).toContain('Warning: this run is not kept.');
  });
});
