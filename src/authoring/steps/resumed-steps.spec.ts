import { StepResult } from './step-result.js';
import { MemoryJournal } from './steps.fixture.js';
import { dying, processWith, type Steps, World } from './journalled-steps.fixture.js';

describe('A run that goes on from its journal', () => {
  it.each([0, 1, 2])('repeats no step that ended, wherever it died (entry %d)', async (dies) => {
    const world = new World();
    const steps = [world.step('a'), world.step('b'), world.step('c')];
    const from = await dying(steps, dies);
    world.effects.length = 0;
    const journal = new MemoryJournal();
    const { orchestrator, context, progress } = processWith(steps, journal);

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
    await processWith(steps, journal).orchestrator.execute();
    world.effects.length = 0;

    expect(await processWith(steps, journal).orchestrator.execute({ from: journal.state })).toMatchObject({
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

    await expect(processWith(steps, new MemoryJournal()).orchestrator.execute({ from })).rejects.toThrow(
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

    await expect(processWith(steps, journal).orchestrator.execute({ from })).rejects.toThrow("Step 'b' failed: bad");
    expect(world.effects).toEqual(['do run-1:a', 'do run-1:b', 'undo run-1:b {}', 'undo run-1:a {}']);
    expect(journal.entries[0]).toMatchObject({ record: { name: 'a', needsUndo: true, result: { skipped: true } } });
  });

  it('finishes what is left of a group', async () => {
    const world = new World();
    const steps = [world.step('a'), [world.step('b'), world.step('c'), world.step('d')], world.step('e')];
    const from = await dying(steps, 2);
    const ended = from.records.map(({ name }) => `do run-1:${name}`);
    world.effects.length = 0;

    expect(await processWith(steps, new MemoryJournal()).orchestrator.execute({ from })).toMatchObject({
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
    await processWith(steps, journal)
      .orchestrator.execute()
      .catch(() => undefined);
    world.effects.length = 0;

    await expect(
      processWith(steps, new MemoryJournal()).orchestrator.execute({ from: journal.state }),
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
    await processWith(steps, journal)
      .orchestrator.execute()
      .catch(() => undefined);
    isMended = true;
    world.effects.length = 0;
    const { orchestrator, context } = processWith(steps, journal);

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
    const { orchestrator, controller } = processWith(
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
    await expect(processWith(steps, new MemoryJournal()).orchestrator.execute({ from: journal.state })).rejects.toThrow(
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
    const resuming = processWith(changed(world), new MemoryJournal()).orchestrator.execute({ from });

    await expect(resuming).rejects.toMatchObject({ code: 'SYN_STEP_JOURNAL' });
    await expect(resuming).rejects.toThrow(message);
    expect(world.effects).toEqual([]);
  });

  it('takes steps that were added after those that had started', async () => {
    const world = new World();
    const from = await dying([world.step('a'), world.step('b')], 1);

    expect(
      await processWith(
        [world.step('a'), world.step('b'), world.step('new')],
        new MemoryJournal(),
      ).orchestrator.execute({
        from,
      }),
    ).toMatchObject({ steps_executed: 3 });
  });
});
