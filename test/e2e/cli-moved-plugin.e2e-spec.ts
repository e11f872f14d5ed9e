import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import type { Finished } from './synapse-process.js';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const WORK = `import { Action, BaseAction, BaseStep, Step, StepContext, StepResult } from 'nest-synapse';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

abstract class Noted extends BaseStep<StepContext> {
  override rollback(context: StepContext) { appendFileSync('../effects', 'undo ' + context.idempotencyKey.split(':')[1] + '\\n'); }
}
@Step({ name: 'a' }) export class StepA extends Noted {
  execute() { appendFileSync('../effects', 'a\\n'); return StepResult.ok(); }
}
@Step({ name: 'b' }) export class StepB extends Noted {
  async execute() {
    console.log('waiting');
    while (existsSync('../hold')) await sleep(10);
    appendFileSync('../effects', 'b\\n');
    return StepResult.ok();
  }
}
@Action({ name: 'work', steps: [StepA, StepB] })
export class WorkAction extends BaseAction<object> {
  override resultOfSteps() { return 'done'; }
}
`;

describe('synapse run, over a killed run whose plugin was moved', () => {
  let sandbox: SynapseSandbox;
  let id: string;
  beforeEach(async () => {
    sandbox = new SynapseSandbox();
    const config = 'name: Work\ncode: work\n';
    sandbox.write({ 'old/config.yaml': config, 'old/work.ts': WORK, hold: '' });
    sandbox.write({ 'other/config.yaml': config.replace('work', 'play'), 'other/work.ts': WORK });
    const { child, finished, said } = sandbox.start(['plugin', 'run', 'work'], { cwd: sandbox.path('old') });
    await said('waiting');
    child.kill('SIGKILL');
    await finished;
    rmSync(sandbox.path('hold'));
    renameSync(sandbox.path('old'), sandbox.path('new'));
    id = (JSON.parse(call('list', '--json').stdout) as { id: string }[])[0]?.id ?? '';
  });
  afterEach(() => sandbox.remove());

  const call = (...words: string[]): Finished =>
    sandbox.call(['run', ...words], { cwd: existsSync(sandbox.path('new')) ? sandbox.path('new') : sandbox.root });
  const effects = (): string[] => readFileSync(sandbox.path('effects'), 'utf8').trim().split('\n');

  it('resume says where it was, and goes on in the folder that --path names', () => {
    const lost = call('resume', id);

    expect([lost.code, lost.stderr]).toEqual([
      2,
      expect.stringContaining(`no longer in ${sandbox.path('old')}. Put it`),
    ]);
    expect(lost.stderr).toContain('--path');
    expect(call('resume', id, '--path', '.')).toMatchObject({ code: 0, stdout: '"done"\n' });
    expect(effects()).toEqual(['a', 'b']);
  });

  it('refuses the folder of another plugin, and one that was changed', () => {
    const other = call('resume', id, '--path', '../other', '--force');
    sandbox.write({ 'new/work.ts': `${WORK}// changed\n` });
    const changed = call('resume', id, '--path', '.');

    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("has plugin 'play'")]);
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('was changed since run')]);
    expect(effects()).toEqual(['a']);
  });

  it('cancel says that the run stays asked to end, and undoes it where --path leads to it', () => {
    const lost = call('cancel', id);

    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining(`Run ${id} stays asked to end`)]);
    expect(call('cancel', id, '--path', '.')).toMatchObject({ code: 0, stdout: `Run ${id} is cancelled.\n` });
    expect(effects()).toEqual(['a', 'undo b', 'undo a']);
  });
});
