import { StepContext } from './step-context.js';
import type { StepLike } from './base-step.js';
import type { JournalState } from './journal-state.js';
import { StepResult } from './step-result.js';
import { HeldStep, lines, MemoryJournal, stage, step, type Stage, type StepParts } from './steps.fixture.js';

class NotedContext extends StepContext {
  done: string[] = [];
}

/** What the world outside of any process has seen: which steps executed and which were undone. */
class World {
  readonly effects: string[] = [];

  /** A step whose work and undo show in the world. */
  step(name: string, parts: StepParts = {}): StepLike {
    const { execute = () => StepResult.ok({ of: name }, { rollbackData: { id: name } }), ...rest } = parts;
    return step(name, {
      execute: (context) => {
        this.effects.push(`do ${context.idempotencyKey}`);
        (context as NotedContext).done.push(name);
        return execute(context);
      },
      rollback: (context, { rollbackData }) =>
        void this.effects.push(`undo ${context.idempotencyKey} ${JSON.stringify(rollbackData)}`),
      ...rest,
    });
  }
}

type Steps = Parameters<typeof stage>[0];

function process(steps: Steps, journal: MemoryJournal): Stage<NotedContext> {
  return stage(steps, { journal }, NotedContext as never);
}

/** Runs the steps in a process that dies at the journal entry of this number. */
async function dying(steps: Steps, dies: number): Promise<JournalState> {
  const journal = new MemoryJournal((index) => index === dies);
  await expect(process(steps, journal).orchestrator.execute()).rejects.toThrow('the process is gone');
  return journal.state;
}

describe('The journal of a run', () => {
  it('has one entry for each step that ended, which names the step that starts with it', async () => {
    const world = new World();
    const journal = new MemoryJournal();
    const { orchestrator, progress } = process(
      [world.step('a'), world.step('b', { canSkip: () => true }), world.step('c')],
      journal,
    );
    await orchestrator.execute();

    expect(journal.entries).toMatchObject([
      {
        kind: 'step_ended',
        record: { name: 'a', needsUndo: true, result: { data: { of: 'a' } } },
        next: ['b'],
        percent: 33,
      },
      {
        kind: 'step_ended',
        record: { name: 'b', needsUndo: false, result: { skipped: true } },
        next: ['c'],
        percent: 66,
      },
      { kind: 'step_ended', record: { name: 'c', needsUndo: true }, next: [], percent: 100 },
    ]);
    expect(progress).toEqual([33, 66, 100]);
  });

  it('is written before the next step starts', async () => {
    const journal = new MemoryJournal();
    const seen: number[] = [];
    const count = { execute: () => StepResult.ok(void seen.push(journal.entries.length) as never) };
    await process([step('a', count), step('b', count), step('c', count)], journal).orchestrator.execute();

    expect(seen).toEqual([0, 1, 2]);
  });

  it('hears of a step after the events of its end were told', async () => {
    const told: string[] = [];
    const journal = { commit: (entry: { kind: string }) => void told.push(entry.kind) };
    await stage([step('a')], { journal, onEvent: (type) => void told.push(type) }).orchestrator.execute();

    expect(told).toEqual(['step.started', 'step.completed', 'step_ended']);
  });

  it('says that undoing begins before anything is undone, and how each undo went', async () => {
    const world = new World();
    const journal = new MemoryJournal();
    const steps = [
      world.step('a', { rollback: () => Promise.reject(new Error('no undo')) }),
      world.step('b', { execute: () => StepResult.fail('bad', { rollbackData: { id: 'half' } }) }),
    ];
    await expect(process(steps, journal).orchestrator.execute()).rejects.toThrow("Step 'b' failed: bad");

    expect(journal.entries.slice(1)).toEqual([
      {
        kind: 'undo_started',
        step: 'b',
        error: 'bad',
        records: [expect.objectContaining({ name: 'b', needsUndo: true })],
      },
      { kind: 'step_undone', step: 'b', ok: true },
      { kind: 'step_undone', step: 'a', ok: false, error: 'no undo' },
    ]);
  });

  it('has an entry for each step of a group, which names those that still go on', async () => {
    const [b, c] = [new HeldStep('b'), new HeldStep('c')];
    const journal = new MemoryJournal();
    const executing = stage([step('a'), [b, c], step('d')], { journal }).orchestrator.execute();
    await Promise.all([b.started.promise, c.started.promise]);
    c.released.resolve(StepResult.ok());
    b.released.resolve(StepResult.ok());
    await executing;

    expect(journal.entries.map((entry) => entry.kind === 'step_ended' && [entry.record.name, ...entry.next])).toEqual([
      ['a', 'b', 'c'],
      ['c', 'b'],
      ['b', 'd'],
      ['d'],
    ]);
  });

  it('ends everything when it refuses an entry: the run belongs to another process then', async () => {
    const world = new World();
    const steps = [world.step('a'), world.step('b'), world.step('c')];
    const state = await dying(steps, 1);

    expect(world.effects).toEqual(['do run-1:a', 'do run-1:b']);
    expect(state).toMatchObject({ records: [{ name: 'a' }], next: ['b'] });
  });

  it('ends a group when it refuses the entry of one of its steps, and undoes nothing', async () => {
    const world = new World();
    const held = new HeldStep('b', { rollback: () => void world.effects.push('undo b') });

    await dying([[world.step('a'), held], world.step('never')], 0);
    expect(world.effects).toEqual(['do run-1:a']);
  });

  it('ends an undo when it refuses an entry of it', async () => {
    const world = new World();
    const steps = [world.step('a'), world.step('b'), world.step('c', { execute: () => StepResult.fail('bad') })];

    await dying(steps, 3);
    expect(world.effects.filter((effect) => effect.startsWith('undo'))).toEqual(['undo run-1:c {}']);
  });
});

describe('A run that goes on from its journal', () => {
  it.each([0, 1, 2])('repeats no step that ended, wherever it died (entry %d)', async (dies) => {
    const world = new World();
    const steps = [world.step('a'), world.step('b'), world.step('c')];
    const from = await dying(steps, dies);
    world.effects.length = 0;
    const journal = new MemoryJournal();
    const { orchestrator, context, progress } = process(steps, journal);

    expect(await orchestrator.execute({ from })).toEqual({ success: true, steps_executed: 3, steps_total: 3 });
    expect(world.effects).toEqual(['do run-1:a', 'do run-1:b', 'do run-1:c'].slice(dies)); // the one in doubt with the same key
    expect(context.done).toEqual(['a', 'b', 'c']);
    expect(context.stepResults.map(({ data }) => data.of)).toEqual(['a', 'b', 'c']);
    expect(progress).toEqual([33, 66, 100].slice(dies));
    expect(journal.entries).toHaveLength(3 - dies);
  });

  it('that had done everything has nothing left to do', async () => {
    const world = new World();
    const journal = new MemoryJournal();
    const steps = [world.step('a'), world.step('b')];
    await process(steps, journal).orchestrator.execute();
    world.effects.length = 0;

    expect(await process(steps, journal).orchestrator.execute({ from: journal.state })).toMatchObject({
      steps_executed: 2,
    });
    expect(world.effects).toEqual([]);
  });

  it('undoes what the earlier process did when it fails, with the undo data of that time', async () => {
    const world = new World();
    let isSecond = false;
    const steps = [
      world.step('a'),
      world.step('s', { canSkip: () => true }),
      world.step('b', { execute: () => (isSecond ? StepResult.fail('bad') : StepResult.ok()) }),
    ];
    const from = await dying(steps, 2);
    isSecond = true;
    world.effects.length = 0;

    await expect(process(steps, new MemoryJournal()).orchestrator.execute({ from })).rejects.toThrow(
      "Step 'b' failed: bad",
    );
    expect(world.effects).toEqual(['do run-1:b', 'undo run-1:b {}', 'undo run-1:a {"id":"a"}']);
  });

  it('undoes also a step that was in doubt and now says that there is nothing to do', async () => {
    const world = new World();
    const isThere = (): boolean => world.effects.includes('do run-1:a');
    const steps = [world.step('a', { canSkip: isThere }), world.step('b', { execute: () => StepResult.fail('bad') })];
    const from = await dying(steps, 0);
    const journal = new MemoryJournal();

    await expect(process(steps, journal).orchestrator.execute({ from })).rejects.toThrow("Step 'b' failed: bad");
    expect(world.effects).toEqual(['do run-1:a', 'do run-1:b', 'undo run-1:b {}', 'undo run-1:a {}']);
    expect(journal.entries[0]).toMatchObject({ record: { name: 'a', needsUndo: true, result: { skipped: true } } });
  });

  it('finishes what is left of a group', async () => {
    const world = new World();
    const steps = [world.step('a'), [world.step('b'), world.step('c'), world.step('d')], world.step('e')];
    const from = await dying(steps, 2);
    const ended = from.records.map(({ name }) => `do run-1:${name}`);
    world.effects.length = 0;

    expect(await process(steps, new MemoryJournal()).orchestrator.execute({ from })).toMatchObject({
      steps_executed: 5,
    });
    expect(ended).toHaveLength(2);
    expect(world.effects.toSorted()).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => `do run-1:${name}`).filter((effect) => !ended.includes(effect)),
    );
  });

  it.each([2, 3, 4])('goes on undoing where undoing had begun, and executes nothing (entry %d)', async (dies) => {
    const world = new World();
    const steps = [world.step('a'), world.step('b', { execute: () => StepResult.fail('bad') }), world.step('c')];
    const isEnd = dies === 4;
    const journal = new MemoryJournal((index) => index === dies);
    await process(steps, journal)
      .orchestrator.execute()
      .catch(() => undefined);
    world.effects.length = 0;

    await expect(
      process(steps, new MemoryJournal()).orchestrator.execute({ from: journal.state }),
    ).rejects.toMatchObject({
      code: 'SYN_STEP_FAILED',
      message: "Step 'b' failed: bad",
      undone: [
        { step: 'b', ok: true },
        { step: 'a', ok: true },
      ],
    });
    // What was written down as undone is not undone again.
    expect(world.effects).toEqual(['undo run-1:b {}', 'undo run-1:a {"id":"a"}'].slice(isEnd ? 2 : dies - 2));
  });

  it('tries an undo again that had failed, and only that one', async () => {
    const world = new World();
    let isMended = false;
    const rollback = (): void => {
      if (!isMended) throw new Error('no undo');
      world.effects.push('undo a at last');
    };
    const steps = [world.step('a', { rollback }), world.step('b', { execute: () => StepResult.fail('bad') })];
    const journal = new MemoryJournal();
    await process(steps, journal)
      .orchestrator.execute()
      .catch(() => undefined);
    isMended = true;
    world.effects.length = 0;
    const { orchestrator, context } = process(steps, journal);

    expect(await orchestrator.undo({ from: journal.state })).toEqual([{ step: 'a', ok: true }]);
    expect(world.effects).toEqual(['undo a at last']);
    expect(journal.state.undo?.undone).toEqual([
      { step: 'b', ok: true },
      { step: 'a', ok: true },
    ]);
    expect(context.errors).toEqual(["Rollback failed for step 'a'"]); // of the time before
  });

  it('that was told to end while no step ran is undone, not gone on with', async () => {
    const world = new World();
    const journal = new MemoryJournal((index) => index === 2);
    const steps = [world.step('a'), world.step('b')];
    const { orchestrator, controller } = process(
      [
        world.step('a', {
          execute: () => StepResult.ok(void setImmediate(() => controller.abort(new Error('enough'))) as never),
        }),
        world.step('b'),
      ],
      journal,
    );
    await expect(orchestrator.execute()).rejects.toThrow('the process is gone');
    world.effects.length = 0;

    expect(journal.state).toMatchObject({ records: [{ name: 'a' }], undo: { error: 'enough', undone: [] } });
    await expect(process(steps, new MemoryJournal()).orchestrator.execute({ from: journal.state })).rejects.toThrow(
      'enough',
    );
    expect(world.effects).toEqual(['undo run-1:a {}']);
  });

  it.each<[string, (world: World) => Steps, RegExp]>([
    [
      'a step that is gone',
      (world) => [world.step('a'), world.step('c')],
      /journal tells of step 'b'.*the action has a, c/,
    ],
    [
      'a new step before those that are done',
      (world) => [world.step('new'), world.step('a'), world.step('b'), world.step('c')],
      /a step after 'a'.*action with new/,
    ],
    [
      'a new step before the one in doubt',
      (world) => [world.step('a'), world.step('new'), world.step('b'), world.step('c')],
      /goes on with b, and the action with new/,
    ],
    [
      'the one in doubt in a group',
      (world) => [world.step('a'), [world.step('b'), world.step('c')]],
      /goes on with b, and the action with b, c/,
    ],
    ['another order', (world) => [world.step('b'), world.step('a'), world.step('c')], /SYN|a step after 'a'/],
  ])('is refused where the action has changed: %s', async (_case, changed, message) => {
    const world = new World();
    const from = await dying([world.step('a'), world.step('b'), world.step('c')], 1);
    world.effects.length = 0;
    const resuming = process(changed(world), new MemoryJournal()).orchestrator.execute({ from });

    await expect(resuming).rejects.toMatchObject({ code: 'SYN_STEP_JOURNAL' });
    await expect(resuming).rejects.toThrow(message);
    expect(world.effects).toEqual([]);
  });

  it('takes steps that were added after those that had started', async () => {
    const world = new World();
    const from = await dying([world.step('a'), world.step('b')], 1);

    expect(
      await process([world.step('a'), world.step('b'), world.step('new')], new MemoryJournal()).orchestrator.execute({
        from,
      }),
    ).toMatchObject({ steps_executed: 3 });
  });
});

describe('A run that is undone from its journal', () => {
  it.each([
    [0, ['undo run-1:a {}']],
    [1, ['undo run-1:b {}', 'undo run-1:a {"id":"a"}']],
    [2, ['undo run-1:c {}', 'undo run-1:b {"id":"b"}', 'undo run-1:a {"id":"a"}']],
  ])('undoes what ended and what may have run, newest first (entry %d)', async (dies, expected) => {
    const world = new World();
    const steps = [world.step('a'), world.step('b'), world.step('c')];
    const from = await dying(steps, dies);
    world.effects.length = 0;
    const journal = new MemoryJournal();
    const { orchestrator, events } = process(steps, journal);

    expect((await orchestrator.undo({ from })).every(({ ok }) => ok)).toBe(true);
    expect(world.effects).toEqual(expected);
    expect(journal.entries[0]).toMatchObject({ kind: 'undo_started' });
    expect(lines({ events }).every((line) => line.startsWith('rolled_back'))).toBe(true);
  });

  it('can be undone further by yet another process when this one dies', async () => {
    const world = new World();
    const steps = [world.step('a'), world.step('b')];
    const first = new MemoryJournal();
    await process(steps, first).orchestrator.execute();
    const second = new MemoryJournal((index) => index === 2);
    await process(steps, second)
      .orchestrator.undo({ from: first.state })
      .catch(() => undefined);
    world.effects.length = 0;
    const entries = [...first.entries, ...second.entries];
    const third = new MemoryJournal();
    third.entries.push(...entries);

    expect(await process(steps, third).orchestrator.undo({ from: third.state })).toEqual([{ step: 'a', ok: true }]);
    expect(world.effects).toEqual(['undo run-1:a {"id":"a"}']);
  });

  it('has nothing to undo where nothing was to be done', async () => {
    expect(await process([], new MemoryJournal()).orchestrator.undo({ from: { records: [] } })).toEqual([]);
  });

  it('says of an undo that failed that it did, and does not throw', async () => {
    const world = new World();
    const steps = [world.step('a', { rollback: () => Promise.reject(new Error('no undo')) })];
    const from = await dying(steps, 0);

    expect(await process(steps, new MemoryJournal()).orchestrator.undo({ from })).toMatchObject([
      { step: 'a', ok: false, error: 'no undo' },
    ]);
  });
});
