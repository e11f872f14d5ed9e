import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const LAUNCHER = resolve(__dirname, '../../bin/synapse.js');
const WORK = `import { Action, BaseAction, BaseStep, Step, StepContext, StepResult } from 'nest-synapse';
import { setTimeout as sleep } from 'node:timers/promises';

@Step({ name: 'put' }) export class PutStep extends BaseStep<StepContext> {
  execute() { return StepResult.ok(); }
}
@Step({ name: 'wait' }) export class WaitStep extends BaseStep<StepContext> {
  async execute({ signal }: StepContext) { console.log('waiting'); await sleep(50_000, undefined, { signal }); return StepResult.ok(); }
}
@Action({ name: 'upload', steps: [PutStep] }) export class UploadAction extends BaseAction<object> {}
@Action({ name: 'hang', steps: [PutStep, WaitStep] }) export class HangAction extends BaseAction<object> {}
`;

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Root may write everywhere, but for one that has given up the right to. */
const AS_OTHERS = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

describe('A run store that may only be read', () => {
  let sandbox: SynapseSandbox;
  let store: string;
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': 'name: Work\ncode: work\n', 'work.ts': WORK });
    mkdirSync(sandbox.path('kept'));
    store = sandbox.path('kept', 'runs.sqlite');
  });
  afterEach(() => {
    chmodSync(sandbox.path('kept'), 0o755);
    sandbox.remove();
  });

  function protect(): void {
    for (const name of readdirSync(sandbox.path('kept'))) chmodSync(sandbox.path('kept', name), 0o444);
    chmodSync(sandbox.path('kept'), 0o555);
  }

  function call(...words: string[]): Answer {
    const [program = '', ...args] = [...AS_OTHERS, process.execPath, LAUNCHER, ...words, '--store', store];
    const options = { cwd: sandbox.root, env: sandbox.environment(), encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { code: status, stdout, stderr };
  }

  async function killedRun(): Promise<void> {
    const { child, finished, said } = sandbox.start(['plugin', 'run', 'hang', '--store', store]);
    await said('waiting');
    child.kill('SIGKILL');
    await finished;
  }

  it.each([
    ['whose runs have ended well', 'upload', 'completed'],
    ['that a killed run has left', 'hang', 'running'],
  ])('%s is listed and shown, with events', async (_case, action, status) => {
    if (action === 'hang') await killedRun();
    else sandbox.call(['plugin', 'run', action, '--store', store]);
    protect();
    const list = call('run', 'list', '--json');
    const [run] = JSON.parse(list.stdout) as { id: string; action: string; status: string }[];
    const show = call('run', 'show', run?.id ?? '');
    const events = call('run', 'events', run?.id ?? '', '--json');

    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(run).toMatchObject({ action, status });
    expect(show).toMatchObject({ code: 0, stdout: expect.stringContaining('put') as string });
    expect(events).toMatchObject({ code: 0, stdout: expect.stringContaining('run.started') as string });
  });

  it.each([
    ['resume', ['run', 'resume']],
    ['undo', ['run', 'undo']],
    ['fork', ['run', 'fork']],
    ['cancel', ['run', 'cancel']],
    ['prune', ['run', 'prune', '--all']],
  ])('refuses %s, and says why', async (_case, words) => {
    await killedRun();
    const [{ id } = { id: '' }] = JSON.parse(sandbox.call(['run', 'list', '--json', '--store', store]).stdout) as {
      id: string;
    }[];
    protect();
    const { code, stdout, stderr } = call(...words, ...(words.includes('prune') ? [] : [id]));

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/SYN_STORE_READ_ONLY.*cannot be opened for writing: .*(permission denied|readonly)/is);
  });

  it.each([
    ['run list', ['run', 'list']],
    ['plugin run', ['plugin', 'run', 'upload']],
  ])('is no named pipe: %s does not wait for its other end', (_case, words) => {
    execFileSync('mkfifo', [store]);

    expect(call(...words)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /SYN_STORE_READ_ONLY\]: .* it is a named pipe, and a run store is a file/,
      ) as string,
    });
  });
});
