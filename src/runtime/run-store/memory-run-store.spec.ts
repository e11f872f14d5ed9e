import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryRunStore } from './memory-run-store.js';
import { describeRunStore, eventsFrom, recordOf } from './run-store.contract.fixture.js';

/** Files of this machine that hold events of the run. Other processes have files of their own, and may remove them at any time. */
function spilledFiles(runId: string): string[] {
  const filesOf = (folder: string): string[] => {
    try {
      return readdirSync(folder)
        .map((file) => join(folder, file))
        .filter((file) => readFileSync(file, 'utf8').includes(runId));
    } catch {
      return [];
    }
  };
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('synapse-events-'))
    .flatMap((name) => filesOf(join(tmpdir(), name)));
}

describe(MemoryRunStore, () => {
  describeRunStore(() => new MemoryRunStore());

  describe('with few events in memory', () => {
    describeRunStore(() => new MemoryRunStore({ maxRecentEvents: 3 }));
  });

  it('answers at once, so that a run in memory waits for nothing', () => {
    const store = new MemoryRunStore();

    expect(store.create(recordOf(1))).toBeUndefined();
    expect(store.update(recordOf(1).id, { attempt: 2 })).toBe(true);
    expect(store.append(recordOf(1).id, eventsFrom(recordOf(1).id, 1, 1))).toBeUndefined();
    expect(store.get(recordOf(1).id)?.attempt).toBe(2);
  });

  it('forgets the finished run that ended first, and never one that is running', () => {
    const store = new MemoryRunStore({ maxFinishedRuns: 2 });
    for (let number = 1; number <= 6; number++) store.create(recordOf(number));
    for (const number of [4, 2, 5, 6]) store.update(recordOf(number).id, { status: 'completed' });

    expect(store.list().map(({ created_at }) => created_at)).toEqual([6, 5, 3, 1]);
    expect(store.get(recordOf(4).id)).toBeUndefined();
    expect(store.events(recordOf(4).id)).toEqual([]);
  });

  it('keeps to the limit over many runs', () => {
    const store = new MemoryRunStore({ maxFinishedRuns: 10 });
    for (let number = 1; number <= 1_000; number++) {
      store.create(recordOf(number));
      store.update(recordOf(number).id, { status: 'failed' });
    }

    expect(store.list({ limit: 1_000 }).map(({ created_at }) => created_at)).toEqual(
      Array.from({ length: 10 }, (_, index) => 1_000 - index),
    );
  });

  it('keeps every event of a chatty run, older ones in files that go when the run is forgotten', () => {
    const store = new MemoryRunStore({ maxRecentEvents: 10, maxFinishedRuns: 1 });
    const id = randomUUID();
    store.create(recordOf(1, { id }));
    for (let seq = 1; seq <= 95; seq++) store.append(id, eventsFrom(id, seq, seq));

    expect(store.events(id, 0, 4).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(store.events(id, 93)).toEqual(eventsFrom(id, 94, 95));
    expect(spilledFiles(id)).not.toEqual([]);

    store.update(id, { status: 'completed' });
    store.create(recordOf(2));
    store.update(recordOf(2).id, { status: 'completed' });
    expect(store.get(id)).toBeUndefined();
    expect(spilledFiles(id)).toEqual([]);
  });

  it('lets go of everything when it is closed, and can be used again', () => {
    const store = new MemoryRunStore();
    store.create(recordOf(1));
    store.close();

    expect(store.list()).toEqual([]);
    store.create(recordOf(1));
    expect(store.list()).toHaveLength(1);
  });
});
