import { readFileSync, rmSync } from 'node:fs';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const CONFIG = `name: Work
code: work
pipelines:
  done: { strict: false, actions: [plain, upload, copy] }
  broken: { strict: false, actions: [upload, copy, boom] }
  branches:
    strict: false
    actions: [plain, { action: upload, after: [plain] }, { action: copy, after: [plain] }, { action: boom, after: [upload, copy] }]
`;

const WORK = `import { Action, BaseAction, BaseStep, Step, StepContext, StepResult, type RuntimeContext } from 'nest-synapse';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const note = (text: string): void => appendFileSync('log.txt', text + '\\n');

@Step({ name: 'put' }) export class PutStep extends BaseStep<StepContext> {
  execute() { note('put'); return StepResult.ok({}, { rollbackData: { put: 7 } }); }
  override async rollback({ idempotencyKey }: StepContext, { rollbackData }: StepResult) {
    if (existsSync('stuck.txt')) throw new Error('stuck');
    note('back ' + idempotencyKey.split('/').at(-1) + ' ' + rollbackData.put);
    if (existsSync('slow.txt')) { console.log('undoing'); while (!existsSync('go.txt')) await sleep(20); }
  }
}
@Step({ name: 'check' }) export class CheckStep extends BaseStep<StepContext> {
  execute() { note('check'); return StepResult.ok(); }
  override rollback({ idempotencyKey }: StepContext) { note('back ' + idempotencyKey.split('/').at(-1)); }
}
@Action({ name: 'plain' }) export class PlainAction { execute() { return { done: true }; } }
@Action({ name: 'upload', steps: [PutStep, CheckStep] }) export class UploadAction extends BaseAction<object> {}
@Action({ name: 'copy', steps: [CheckStep] }) export class CopyAction extends BaseAction<object> {}
@Action({ name: 'boom' }) export class BoomAction {
  async execute(_params: object, ctx: RuntimeContext) {
    if (!existsSync('wait.txt')) throw new Error('kaboom');
    console.log('waiting');
    await sleep(60_000, undefined, { signal: ctx.signal });
  }
}
`;
const FORWARD = ['put', 'check', 'check'];
const BACK = ['back copy:check', 'back upload:check', 'back upload:put 7'];

interface Shown {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly undo?: string;
}

describe('A pipeline of actions that have steps and no compensate', () => {
  let sandbox: SynapseSandbox;
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'work.ts': WORK });
  });
  afterEach(() => sandbox.remove());

  const log = (): string[] => readFileSync(sandbox.path('log.txt'), 'utf8').trim().split('\n');
  const runs = (): Shown[] => JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as Shown[];
  const pipelineRun = (): Shown | undefined => runs().find(({ action }) => action.startsWith('pipeline:'));
  const undoOf = (action: string): string | undefined => runs().find((run) => run.action === action)?.undo;

  it('undoes them when a later action fails, newest first, and says so', () => {
    const { code, stdout } = sandbox.call(['pipeline', 'run', 'broken', '--json']);
    const { error } = JSON.parse(stdout) as { error: { details: object } };

    expect(code).toBe(1);
    expect(error.details).toMatchObject({
      undone: [
        { step: 'copy', ok: true },
        { step: 'upload', ok: true },
      ],
    });
    expect(log()).toEqual([...FORWARD, ...BACK]);
    expect([undoOf('upload'), undoOf('copy'), undoOf('pipeline:broken')]).toEqual(['done', 'done', 'done']);
  });

  it('undoes branches as well', () => {
    sandbox.call(['pipeline', 'run', 'branches', '--json']);

    expect(log().slice(0, 3).sort()).toEqual([...FORWARD].sort());
    expect(log().slice(3).sort()).toEqual([...BACK].sort());
    const backOfUpload = log().filter((line) => line.startsWith('back upload'));
    expect(backOfUpload).toEqual(['back upload:check', 'back upload:put 7']);
  });

  it('undoes them when it is cancelled', async () => {
    sandbox.write({ 'wait.txt': '' });
    const { child, finished, said } = sandbox.start(['pipeline', 'run', 'broken', '--json']);
    await said('waiting');
    child.kill('SIGINT');

    expect((await finished).code).toBe(130);
    expect(log()).toEqual([...FORWARD, ...BACK]);
  });

  it('undoes them by `run undo` once it is completed', () => {
    const { id } = JSON.parse(sandbox.call(['pipeline', 'run', 'done', '--json']).stdout) as { id: string };
    const undo = sandbox.call(['run', 'undo', id]);
    const again = sandbox.call(['run', 'undo', id]);

    expect(undo).toMatchObject({ code: 0, stdout: 'copy: undone\nupload: undone\n' });
    expect(log()).toEqual([...FORWARD, ...BACK]);
    expect(pipelineRun()).toMatchObject({ status: 'completed', undo: 'done' });
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('undone already') as string });
  });

  it('leaves an undo that failed to be tried again, with the steps that are left', () => {
    sandbox.write({ 'stuck.txt': '' });
    sandbox.call(['pipeline', 'run', 'broken', '--json']);
    const { id = '', undo } = pipelineRun() ?? {};
    const failing = sandbox.call(['run', 'undo', id]);
    rmSync(sandbox.path('stuck.txt'));
    const done = sandbox.call(['run', 'undo', id]);

    expect(undo).toBe('failed');
    expect(failing.stdout).toContain(`upload: not undone: step 'put' (stuck) could not be undone\n`);
    expect(failing).toMatchObject({ code: 1, stderr: expect.stringContaining('SYN_UNDO_FAILED') as string });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('upload: undone\n') as string });
    expect(log()).toEqual([...FORWARD, 'back copy:check', 'back upload:check', 'back upload:put 7']);
  });

  it('killed in the middle of the undo of an action, it goes on going back, and undoes no step twice that is known to be undone', async () => {
    sandbox.write({ 'slow.txt': '' });
    const { child, finished, said } = sandbox.start(['pipeline', 'run', 'broken']);
    await said('undoing');
    child.kill('SIGKILL');
    await finished;
    sandbox.write({ 'go.txt': '' });
    const { code, stdout } = sandbox.call(['run', 'resume', pipelineRun()?.id ?? '', '--json']);
    const { error } = JSON.parse(stdout) as { error: { message: string; details: object } };

    expect(code).toBe(1);
    expect(error.message).toBe(`Action 'boom' failed: kaboom`);
    expect(error.details).toMatchObject({
      undone: [
        { step: 'copy', ok: true },
        { step: 'upload', ok: true },
      ],
    });
    expect(log()).toEqual([...FORWARD, ...BACK, 'back upload:put 7']);
    expect([undoOf('upload'), undoOf('pipeline:broken')]).toEqual(['done', 'done']);
  });
});
