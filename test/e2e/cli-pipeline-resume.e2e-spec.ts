import { readFileSync } from 'node:fs';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const CONFIG = `name: Work
code: work
category: custom
pipelines:
  chain: [first, slow, last]
  broken: [first, held, boom]
`;

/** Each action writes down that it was executed, and `slow` waits for a file. */
const ACTIONS = `import { Action, BaseAction, type RuntimeContext } from 'nest-synapse';
import { IsInt, IsString } from 'class-validator';
import { appendFileSync, existsSync } from 'node:fs';

const note = (text: string): void => appendFileSync('log.txt', text + '\\n');

export class FirstParams {
  @IsInt() start = 1;
}
export class FirstResult {
  @IsInt() count!: number;
}
@Action({ name: 'first', params: FirstParams, result: FirstResult, method: 'local' })
export class FirstAction extends BaseAction<FirstParams, FirstResult> {
  override execute({ start }: FirstParams): FirstResult {
    note('first');
    return { count: start + 1 };
  }
  override compensate(params: FirstParams, result: FirstResult): void {
    note('first undone ' + params.start + ' ' + result.count);
  }
}
export class CountParams {
  @IsInt() count!: number;
}
export class SlowResult {
  @IsString() text!: string;
}
@Action({ name: 'slow', params: CountParams, result: SlowResult, method: 'local' })
export class SlowAction extends BaseAction<CountParams, SlowResult> {
  override async execute({ count }: CountParams, ctx: RuntimeContext): Promise<SlowResult> {
    note('slow ' + ctx.idempotencyKey.split('/').at(-1) + ' ' + ctx.attempt);
    console.log('waiting');
    while (!existsSync('go.txt')) {
      ctx.signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { text: 'x'.repeat(count) };
  }
}
@Action({ name: 'held', params: CountParams, result: FirstResult, method: 'local' })
export class HeldAction extends BaseAction<CountParams, FirstResult> {
  override execute({ count }: CountParams): FirstResult {
    return { count };
  }
  override async compensate(): Promise<void> {
    console.log('undoing');
    while (!existsSync('go.txt')) await new Promise((resolve) => setTimeout(resolve, 20));
    note('held undone');
  }
}
@Action({ name: 'boom', method: 'local' })
export class BoomAction extends BaseAction<object, void> {
  override execute(): void {
    note('boom');
    throw new Error('kaboom');
  }
}
export class TextParams {
  @IsString() text!: string;
}
@Action({ name: 'last', params: TextParams, method: 'local' })
export class LastAction extends BaseAction<TextParams, object> {
  override execute({ text }: TextParams): object {
    note('last');
    return { length: text.length };
  }
}
`;

interface Shown {
  readonly id: string;
  readonly action: string;
  readonly status: string;
}

describe('A pipeline whose process is killed', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'actions.ts': ACTIONS });
  });
  afterEach(() => sandbox.remove());

  const log = (): string[] => readFileSync(sandbox.path('log.txt'), 'utf8').trim().split('\n');
  const runs = (): Shown[] => JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as Shown[];
  const statusOf = (action: string): string[] => runs().flatMap((run) => (run.action === action ? [run.status] : []));

  /** Kills the process while the second action waits, and gives back the id of the pipeline's run. */
  async function killedRun(name = 'chain', when = 'waiting'): Promise<string> {
    const { child, finished, said } = sandbox.start(['pipeline', 'run', name, '--set', 'start=4']);
    await said(when);
    child.kill('SIGKILL');
    await finished;
    return runs().find(({ action }) => action === `pipeline:${name}`)?.id ?? '';
  }

  it('is resumed: what is completed does not run again, what is in doubt goes on, the rest follows', async () => {
    const id = await killedRun();
    sandbox.write({ 'go.txt': '' });
    const { code, stdout } = sandbox.call(['run', 'resume', id, '--json']);

    expect(JSON.parse(stdout)).toEqual({ id, status: 'completed', result: { length: 5 } });
    expect(code).toBe(0);
    expect(log()).toEqual(['first', 'slow slow 1', 'slow slow 2', 'last']);
    expect(runs().map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'completed']);
  });

  it('is undone: what is in doubt is ended, what is completed is compensated for', async () => {
    const id = await killedRun();
    const { code, stderr } = sandbox.call(['run', 'undo', id]);

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(log()).toEqual(['first', 'slow slow 1', 'first undone 4 5']);
    expect(statusOf('pipeline:chain')).toEqual(['cancelled']);
    expect(statusOf('slow')).toEqual(['cancelled']);
  });

  it('was going back when it was killed: it goes on going back, and fails as it would have', async () => {
    const id = await killedRun('broken', 'undoing');
    sandbox.write({ 'go.txt': '' });
    const { code, stdout } = sandbox.call(['run', 'resume', id, '--json']);
    const { error } = JSON.parse(stdout) as { error: { message: string; details: { undone: object[] } } };

    expect(error.message).toBe(`Action 'boom' failed: kaboom`);
    expect(error.details.undone).toEqual([
      { step: 'held', ok: true },
      { step: 'first', ok: true },
    ]);
    expect(code).toBe(1);
    expect(log()).toEqual(['first', 'boom', 'held undone', 'first undone 4 5']);
  });

  it('is forked once it is over: what was completed is taken over, with other params for the rest', async () => {
    const id = await killedRun();
    sandbox.write({ 'go.txt': '' });
    sandbox.call(['run', 'resume', id]);
    const { code, stdout } = sandbox.call(['run', 'fork', id, '--step', 'first', '--json']);
    const again = sandbox.call(['pipeline', 'run', 'chain', '--resume-from', id]);

    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', result: { length: 5 } });
    expect(code).toBe(0);
    expect(log().slice(4)).toEqual(['slow slow 1', 'last']);
    expect(again).toMatchObject({ code: 0, stdout: '{"length":5}\n' });
  });

  it('is refused where it has changed, and can be resumed once it is what it was', async () => {
    const id = await killedRun();
    sandbox.write({ 'go.txt': '', 'config.yaml': CONFIG.replace('[first, slow, last]', '[first, slow]') });
    const unforced = sandbox.call(['run', 'resume', id]);
    const refused = sandbox.call(['run', 'resume', id, '--force']);
    sandbox.write({ 'config.yaml': CONFIG });
    const resumed = sandbox.call(['run', 'resume', id]);

    expect(unforced.code).toBe(2);
    expect(refused.stderr).toContain('SYN_PIPELINE_CHANGED');
    expect(refused.code).toBe(2);
    expect(resumed).toMatchObject({ code: 0, stdout: '{"length":5}\n' });
  });

  it('is refused where an action is not there or asks for more, undoes nothing, and can be resumed once it is what it was', async () => {
    const id = await killedRun();
    sandbox.write({ 'go.txt': '', 'actions.ts': ACTIONS.replace("name: 'slow',", "name: 'slower',") });
    const missing = sandbox.call(['run', 'resume', id, '--force']);
    const stricter = ACTIONS.replace('{ IsInt,', '{ IsInt, Max,').replace(
      'CountParams {\n  @IsInt()',
      'CountParams {\n  @IsInt() @Max(3)',
    );
    sandbox.write({ 'actions.ts': stricter });
    const refused = sandbox.call(['run', 'resume', id, '--force']);
    const shown = sandbox.call(['run', 'show', id]);
    sandbox.write({ 'actions.ts': ACTIONS });
    const resumed = sandbox.call(['run', 'resume', id]);

    expect(missing).toMatchObject({ code: 3 });
    expect(missing.stderr).toMatch(
      /Node 'slow' of pipeline 'chain' names an action that is not there: .* Install the action/,
    );
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('SYN_PIPELINE_RESUME');
    expect(refused.stderr).toMatch(/pipeline 'chain' cannot go on here: the run \S+ of its action 'slow' .*count: /);
    expect(shown.stdout).toMatch(/^status +interrupted/m);
    expect(resumed).toMatchObject({ code: 0, stdout: '{"length":5}\n' });
    expect(log()).toEqual(['first', 'slow slow 1', 'slow slow 3', 'last']);
  });

  it('cannot be resumed once it is over', async () => {
    const id = await killedRun();
    sandbox.write({ 'go.txt': '' });
    sandbox.call(['run', 'resume', id]);
    const again = sandbox.call(['run', 'resume', id]);

    expect(again.stderr).toContain('SYN_RUN_ENDED');
    expect(again.code).toBe(2);
    expect(sandbox.call(['run', 'resume', '019-nobody']).stderr).toContain('SYN_RUN_NOT_FOUND');
  });

  it('is cancelled from outside: its actions end, and what they did is compensated for', async () => {
    const { child, finished, said } = sandbox.start(['pipeline', 'run', 'chain', '--set', 'start=4', '--json']);
    await said('waiting');
    child.kill('SIGINT');
    const { code, stdout } = await finished;

    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' });
    expect(code).toBe(130);
    expect(log()).toEqual(['first', 'slow slow 1', 'first undone 4 5']);
  });
});
