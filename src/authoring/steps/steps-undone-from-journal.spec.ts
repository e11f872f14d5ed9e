import { lines, MemoryJournal } from './steps.fixture.js';
import { dying, processWith, World } from './journalled-steps.fixture.js';

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
    const { orchestrator, events } = processWith(steps, journal);

    expect((await orchestrator.undo({ from })).every(({ ok }) => ok)).toBe(true);
    expect(world.effects).toEqual(expected);
    expect(journal.entries[0]).toMatchObject({ kind: 'undo_started' });
    expect(lines({ events }).every((line) => line.startsWith('rolled_back'))).toBe(true);
  });

  it('can be undone further by yet another process when this one dies', async () => {
    const world = new World();
    const steps = [world.step('a'), world.step('b')];
    const first = new MemoryJournal();
    await processWith(steps, first).orchestrator.execute();
    const second = new MemoryJournal((index) => index === 2);
    await processWith(steps, second)
      .orchestrator.undo({ from: first.state })
      .catch(() => undefined);
    world.effects.length = 0;
    const entries = [...first.entries, ...second.entries];
    const third = new MemoryJournal();
    third.entries.push(...entries);

    expect(await processWith(steps, third).orchestrator.undo({ from: third.state })).toEqual([{ step: 'a', ok: true }]);
    expect(world.effects).toEqual(['undo run-1:a {"id":"a"}']);
  });

  it('has nothing to undo where nothing was to be done', async () => {
    expect(await processWith([], new MemoryJournal()).orchestrator.undo({ from: { records: [] } })).toEqual([]);
  });

  it('says of an undo that failed that it did, and does not throw', async () => {
    const world = new World();
    const steps = [world.step('a', { rollback: () => Promise.reject(new Error('no undo')) })];
    const from = await dying(steps, 0);

    expect(await processWith(steps, new MemoryJournal()).orchestrator.undo({ from })).toMatchObject([
      { step: 'a', ok: false, error: 'no undo' },
    ]);
  });
});
