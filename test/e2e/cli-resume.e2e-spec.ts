import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { type Finished, SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

/** Three steps that append what they do to a file, wait where a file `hold-<step>` is, and fail where a file `fail-<step>` is. */
const WORK = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Action, BaseAction, BaseStep, Step, StepContext, StepResult, UiField } from 'nest-synapse';
import { IsOptional, IsString } from 'class-validator';

class WorkParams {
  @IsOptional() @IsString() word?: string;
  @IsOptional() @IsString() @UiField({ secret: true }) token?: string;
}
class WorkContext extends StepContext<WorkParams> { seen: string[] = []; }

abstract class EffectStep extends BaseStep<WorkContext> {
  async execute(context: WorkContext) {
    const step = context.currentStep ?? '';
    appendFileSync('effects', 'do ' + context.idempotencyKey + '\\n');
    while (existsSync('hold-' + step)) await sleep(10);
    if (existsSync('fail-' + step)) return StepResult.fail('told to');
    context.seen.push(step);
    return StepResult.ok({ step }, { rollbackData: { step } });
  }
  override rollback({ idempotencyKey }: WorkContext) {
    if (existsSync('stuck-' + idempotencyKey.split(':')[1])) throw new Error('it is stuck');
    appendFileSync('effects', 'undo ' + idempotencyKey + '\\n');
  }
}
@Step({ name: 'a' }) export class StepA extends EffectStep {}
@Step({ name: 'b' }) export class StepB extends EffectStep {}
@Step({ name: 'c' }) export class StepC extends EffectStep {}

@Action({ name: 'work', params: WorkParams, steps: [StepA, StepB, StepC], context: WorkContext })
export class WorkAction extends BaseAction<WorkParams> {
  override resultOfSteps({ seen, params }: WorkContext) { return { seen, word: params.word ?? null, token: params.token?.length ?? 0 }; }
}
`;

interface Event {
  readonly seq: number;
  readonly type: string;
  readonly attempt: number;
}

describe('synapse run, over runs whose process was killed', () => {
  let sandbox: SynapseSandbox;
  const running: ChildProcess[] = [];
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': 'name: Work\ncode: work\n', 'work.ts': WORK, effects: '' });
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    sandbox.remove();
  });

  const call = (...words: string[]): Finished => sandbox.call(words);
  const set = (file: string): void => writeFileSync(sandbox.path(file), '');
  const unset = (file: string): void => rmSync(sandbox.path(file));
  /** Effects in their order, without the id of their run. */
  const effects = (): string[] =>
    readFileSync(sandbox.path('effects'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace(/ .*:/, ' '));
  const newest = (): string => (JSON.parse(call('run', 'list', '--json').stdout) as { id: string }[])[0]?.id ?? '';
  const shown = (id: string): Record<string, unknown> =>
    JSON.parse(call('run', 'show', id, '--json').stdout) as Record<string, unknown>;

  function eventsOf(id: string): Event[] {
    const lines = call('run', 'events', id, '--json').stdout.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    return events;
  }

  /** Starts a run and resolves when one of its steps is under way. */
  async function heldIn(
    step: string,
    ...words: string[]
  ): Promise<{ child: ChildProcess; finished: Promise<Finished> }> {
    set(`hold-${step}`);
    const changes = watch(sandbox.path('effects'));
    const started = sandbox.start(['plugin', 'run', 'work', ...words]);
    running.push(started.child);
    if (!effects().includes(`do ${step}`)) for await (const _ of changes) if (effects().includes(`do ${step}`)) break;
    return started;
  }

  /** The id of a run whose process was killed in a step. */
  async function killedIn(step: string, ...words: string[]): Promise<string> {
    const { child } = await heldIn(step, ...words);
    child.kill('SIGKILL');
    await once(child, 'close');
    unset(`hold-${step}`);
    return newest();
  }

  it('resume finishes one: no finished step is repeated, keys stay, and its events have no gap', async () => {
    const id = await killedIn('b', '--set', 'word=w');
    expect(call('run', 'list').stdout).toContain('interrupted');
    const { code, stdout } = call('run', 'resume', id, '--json');

    expect(JSON.parse(stdout)).toEqual({
      id,
      status: 'completed',
      result: { seen: ['a', 'b', 'c'], word: 'w', token: 0 },
    });
    expect(code).toBe(0);
    expect(effects()).toEqual(['do a', 'do b', 'do b', 'do c']);
    expect(readFileSync(sandbox.path('effects'), 'utf8')).toContain(`do ${id}:c`);
    const ends = eventsOf(id).filter(({ type }) => type.startsWith('run.'));
    expect(ends.map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
      'run.started 1',
      'run.started 2',
      'run.completed 2',
    ]);
  });

  it('resume prints the bare result without --json, from any folder', async () => {
    const id = await killedIn('c');
    const { stdout } = sandbox.call(['run', 'resume', id]);

    expect(JSON.parse(stdout)).toEqual({ seen: ['a', 'b', 'c'], word: null, token: 0 });
  });

  it('resume has the exit code of a failed run, whose steps are undone', async () => {
    const id = await killedIn('b');
    set('fail-c');
    const { code, stdout, stderr } = call('run', 'resume', id, '--json');

    expect([code, (JSON.parse(stdout) as { status: string }).status]).toEqual([1, 'failed']);
    expect(stderr).toContain("Step 'c' failed: told to");
    expect(effects().slice(-3)).toEqual(['undo c', 'undo b', 'undo a']);
  });

  it('plugin run says on its next start how to go on, and then no more', async () => {
    const id = await killedIn('b');
    const { stderr } = call('plugin', 'run', 'work');
    expect(stderr).toContain(`Run ${id} of 'work' was interrupted. Go on with it: synapse run resume ${id}\n`);
    call('run', 'resume', id);

    expect(call('plugin', 'run', 'work').stderr).not.toContain('interrupted');
  });

  it('undo undoes one, and tries again what could not be undone', async () => {
    const id = await killedIn('b');
    set('stuck-a');
    const failed = call('run', 'undo', id, '--json');
    expect([failed.code, JSON.parse(failed.stdout)]).toMatchObject([
      1,
      {
        id,
        status: 'cancelled',
        undo: 'failed',
        undone: [
          { step: 'b', ok: true },
          { step: 'a', ok: false, error: 'it is stuck' },
        ],
      },
    ]);
    expect(call('run', 'show', id).stdout).toMatch(/a +completed +attempt 1.*\n│ {2}└─ not undone: it is stuck\n/);
    unset('stuck-a');

    expect(call('run', 'undo', id)).toMatchObject({ code: 0, stdout: 'b: undone\na: undone\n' });
    expect(call('run', 'undo', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('undone already') as string,
    });
    expect(effects()).toEqual(['do a', 'do b', 'undo b', 'undo a']);
    expect(shown(id)).toMatchObject({ status: 'cancelled', undo: 'done' });
    eventsOf(id);
  });

  it('undo takes back a completed run, which stays completed', () => {
    call('plugin', 'run', 'work');
    const id = newest();

    expect(call('run', 'undo', id)).toMatchObject({ code: 0, stdout: 'c: undone\nb: undone\na: undone\n' });
    expect(shown(id)).toMatchObject({ status: 'completed', undo: 'done' });
  });

  it('fork goes on from a step with changed params, and leaves the old run alone', () => {
    call('plugin', 'run', 'work', '--set', 'word=old');
    const id = newest();
    const { stdout, code } = call('run', 'fork', id, '--step', 'a', '--set', 'word=new', '--json');
    const forked = JSON.parse(stdout) as { id: string; result: unknown };

    expect([code, forked.result]).toEqual([0, { seen: ['a', 'b', 'c'], word: 'new', token: 0 }]);
    expect(forked.id).not.toBe(id);
    expect(effects().slice(3)).toEqual(['do b', 'do c']);
    expect(call('run', 'fork', id, '--step', 'z')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Finished steps: a, b, c') as string,
    });
    expect(call('run', 'show', forked.id).stdout).toMatch(/fork of +.*\n[^]*a +taken over\n/);
  });

  it('cancel ends one whose process is gone: its steps are undone', async () => {
    const id = await killedIn('c');

    expect(call('run', 'cancel', id)).toMatchObject({ code: 0, stdout: `Run ${id} is cancelled.\n` });
    expect(effects().slice(3)).toEqual(['undo c', 'undo b', 'undo a']);
    expect(call('run', 'cancel', id, '--json')).toMatchObject({ code: 0 });
    expect(shown(id)).toMatchObject({
      status: 'cancelled',
      undo: 'done',
      cancel_requested: 'cancelled from the command line',
    });
  });

  it('cancel ends one that goes on in another process, which undoes its steps itself', async () => {
    const { finished } = await heldIn('b');
    const id = newest();
    const { code } = call('run', 'cancel', id, '--reason', 'no longer needed');

    expect(code).toBe(0);
    expect(await finished).toMatchObject({ code: 130, stderr: expect.stringContaining('no longer needed') as string });
    expect(effects().slice(2)).toEqual(['undo b', 'undo a']);
  });

  it('resume and undo leave one alone whose process lives', async () => {
    await heldIn('b');
    const id = newest();

    for (const word of ['resume', 'undo']) {
      expect(call('run', word, id)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('SYN_RUN_OWNED') as string,
      });
    }
    expect(shown(id)).toMatchObject({ attempt: 1, status: 'running' });
  });

  it('resume needs secrets again, and says which', async () => {
    const id = await killedIn('b', '--set', 'token=open-sesame');
    expect(JSON.stringify(shown(id))).not.toContain('sesame');

    expect(call('run', 'resume', id)).toMatchObject({ code: 4, stderr: expect.stringContaining('token') as string });
    expect(call('run', 'resume', id, '--set', 'token=open-sesame')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"token":11') as string,
    });
  });

  it('resume refuses a plugin that was changed since, unless it is told to go on', async () => {
    const id = await killedIn('b');
    sandbox.write({ 'work.ts': `${WORK}\n// changed\n` });

    expect(call('run', 'resume', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') as string });
    expect(call('run', 'resume', id, '--force').code).toBe(0);
  });

  it('resume of changed steps says what was changed, and leaves the run to the version that began it', async () => {
    const id = await killedIn('b');
    sandbox.write({ 'work.ts': WORK.replace('[StepA, StepB, StepC]', '[StepB, StepC]') });
    const refused = call('run', 'resume', id, '--force');
    sandbox.write({ 'work.ts': WORK });

    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("the journal tells of step 'a'")]);
    expect(call('run', 'resume', id)).toMatchObject({ code: 0 });
    expect(effects()).toEqual(['do a', 'do b', 'do b', 'do c']);
  });

  it.each(['resume', 'undo', 'fork', 'cancel'])('%s says that a run is not there', (word) => {
    call('plugin', 'run', 'work');

    expect(call('run', word, 'nope')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("No run has the id 'nope'") as string,
    });
    expect(call('run', word)).toMatchObject({ code: 2 });
  });

  it('resume of one that is over is refused, with what to do instead', () => {
    call('plugin', 'run', 'work');
    const { code, stdout } = call('run', 'resume', newest(), '--json');

    expect([code, JSON.parse(stdout)]).toMatchObject([
      2,
      { error: { code: 'SYN_RUN_ENDED', message: expect.stringContaining('synapse run fork') as string } },
    ]);
    expect(existsSync(sandbox.path('effects'))).toBe(true);
  });
});
