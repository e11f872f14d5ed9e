import { StepResult } from './step-result.js';
import { HeldStep, MemoryJournal, stage, step } from './steps.fixture.js';
import { dying, processWith, World } from './journalled-steps.fixture.js';

describe('The journal of a run', () => {
  it('has one entry for each step that ended, which names the step that starts with it', async () => {
    const world = new World();
    const journal = new MemoryJournal();
    const { orchestrator, progress } = processWith(
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
    await processWith([step('a', count), step('b', count), step('c', count)], journal).orchestrator.execute();

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
    await expect(processWith(steps, journal).orchestrator.execute()).rejects.toThrow("Step 'b' failed: bad");

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
