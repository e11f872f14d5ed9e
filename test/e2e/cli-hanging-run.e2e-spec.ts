import { type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Finished } from './synapse-process.js';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const WORK = `import { Action, BaseAction, BaseStep, Step, StepContext, StepResult } from 'nest-synapse';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

@Step({ name: 'hang' }) export class HangStep extends BaseStep<StepContext> {
  async execute({ signal }: StepContext) {
    console.log('waiting');
    await sleep(50_000, undefined, { signal });
    return StepResult.ok();
  }
  override rollback() { appendFileSync('effects', 'undone\\n'); }
}
@Action({ name: 'work', steps: [HangStep], leaseMs: 300 })
export class WorkAction extends BaseAction<object> {}
`;

describe('synapse run cancel, of a run whose process lives and is silent', () => {
  let sandbox: SynapseSandbox;
  let child: ChildProcess;
  let finished: Promise<Finished>;
  let id: string;
  beforeEach(async () => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': 'name: Work\ncode: work\n', 'work.ts': WORK });
    const started = sandbox.start(['plugin', 'run', 'work']);
    ({ child, finished } = started);
    await started.said('waiting');
    child.kill('SIGSTOP');
    id = (JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as { id: string }[])[0]?.id ?? '';
  });
  afterEach(() => {
    child.kill('SIGKILL');
    sandbox.remove();
  });

  it('undoes it here where it is told to by --force, and what the process says later does not count', async () => {
    expect(sandbox.call(['run', 'cancel', id, '--force'])).toMatchObject({
      code: 0,
      stdout: `Run ${id} is cancelled.\n`,
    });
    child.kill('SIGCONT');
    const late = await finished;

    expect(late.code).not.toBe(0);
    expect(readFileSync(sandbox.path('effects'), 'utf8')).toBe('undone\n');
    expect(JSON.parse(sandbox.call(['run', 'show', id, '--json']).stdout)).toMatchObject({
      status: 'cancelled',
      epoch: 2,
    });
  });

  it('says so and how to go on, and waits for it to come back', async () => {
    const cancel = sandbox.start(['run', 'cancel', id]);
    await cancel.said(`Process ${child.pid} of this host has the run and is silent. End it, or add --force.`);
    child.kill('SIGCONT');

    expect(await cancel.finished).toMatchObject({ code: 0, stdout: `Run ${id} is cancelled.\n` });
    expect(await finished).toMatchObject({ code: 130 });
    expect(readFileSync(sandbox.path('effects'), 'utf8')).toBe('undone\n');
  });
});
