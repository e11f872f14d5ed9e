import fc from 'fast-check';
import { mkdtempSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upTo } from './reporting.fixture.js';
import { SpillBuffer } from './spill-buffer.js';

const tooMany = (): never => {
  throw new Error('nothing should be lost here');
};

describe(SpillBuffer, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
  });

  it('uses no disk while the items fit', () => {
    const buffer = new SpillBuffer<number>(tooMany, { directory, maxMemoryItems: 10 });
    buffer.push(upTo(10));

    expect(buffer.take(100)).toEqual(upTo(10));
    expect([buffer.spilled, readdirSync(directory).length]).toEqual([0, 0]);
  });

  it('gives items back in order, whatever is in memory and whatever on disk', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 60 }), (turns) => {
        const buffer = new SpillBuffer<{ id: number }>(tooMany, { directory, maxMemoryItems: 7 });
        const taken: number[] = [];
        let added = 0;
        for (const [adds, takes] of turns) {
          buffer.push(upTo(adds).map((step) => ({ id: added + step })));
          added += adds;
          taken.push(...buffer.take(takes).map(({ id }) => id));
          expect(buffer.size).toBe(added - taken.length);
        }
        while (buffer.size > 0) taken.push(...buffer.take(13).map(({ id }) => id));
        expect(taken).toEqual(upTo(added));
        buffer.dispose();
      }),
      { numRuns: 50 },
    );
  });

  it('counts bytes as well as items', () => {
    const buffer = new SpillBuffer<string>(tooMany, { directory, maxMemoryBytes: 1000 });
    buffer.push(upTo(5).map(() => 'x'.repeat(600)));

    expect(buffer.spilled).toBe(3);
    expect(buffer.size).toBe(5);
    buffer.dispose();
  });

  it('brings a line back that is longer than it reads at once', () => {
    const buffer = new SpillBuffer<string>(tooMany, { directory, maxMemoryItems: 1 });
    const long = 'ä'.repeat(1_000_000);
    buffer.push(['first', long, 'last']);

    expect([...buffer.take(1), ...buffer.take(1), ...buffer.take(1)]).toEqual(['first', long, 'last']);
    buffer.dispose();
  });

  it('keeps its file to this user, and removes it at the end', () => {
    const buffer = new SpillBuffer<number>(tooMany, { directory, maxMemoryItems: 1 });
    buffer.push([1, 2, 3]);
    const [name = ''] = readdirSync(directory);

    expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
    buffer.dispose();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('can be used again after its file was removed', () => {
    const buffer = new SpillBuffer<number>(tooMany, { directory, maxMemoryItems: 1 });
    buffer.push([1, 2, 3]);
    buffer.dispose();
    buffer.push([4, 5, 6]);

    expect([...buffer.take(9), ...buffer.take(9)]).toEqual([4, 5, 6]);
    buffer.dispose();
  });

  it('says which items a missing folder did not take', () => {
    const lost: number[] = [];
    const buffer = new SpillBuffer<number>((items) => void lost.push(...items), {
      directory: join(directory, 'missing'),
      maxMemoryItems: 2,
    });
    buffer.push(upTo(5));

    expect(lost).toEqual([3, 4, 5]);
    expect(buffer.take(9)).toEqual([1, 2]);
  });

  it('says how many items somebody cut off from its file', () => {
    let unreadable = 0;
    const buffer = new SpillBuffer<number>((_items, count) => (unreadable += count), { directory, maxMemoryItems: 1 });
    buffer.push(upTo(5));
    const [name = ''] = readdirSync(directory);
    truncateSync(join(directory, name), 3);

    expect([...buffer.take(9), ...buffer.take(9), ...buffer.take(9)]).toEqual([1, 2]);
    expect([unreadable, buffer.size]).toEqual([3, 0]);
    buffer.push([9]);
    expect(buffer.take(9)).toEqual([9]);
    buffer.dispose();
  });
});
