import fc from 'fast-check';
import { RunIdFactory } from './run-id.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const START_MS = Date.UTC(2026, 0, 1);

/** The time that an id says it is from. */
const millisecondsOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

describe(RunIdFactory, () => {
  it('makes UUIDs of version 7 that say when they were made', () => {
    const id = new RunIdFactory().create(START_MS);

    expect(id).toMatch(UUID_V7);
    expect(millisecondsOf(id)).toBe(START_MS);
  });

  it('takes the time from the clock when it is not told', () => {
    const before = Date.now();
    const made = millisecondsOf(new RunIdFactory().create());

    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(Date.now());
  });

  it('keeps the order within one millisecond, also when more are made than its counter holds', () => {
    const ids = new RunIdFactory();
    const made = Array.from({ length: 10_000 }, () => ids.create(START_MS));

    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
    expect(made.map(millisecondsOf)).toEqual(made.map((_, index) => START_MS + Math.floor(index / 4_096)));
  });

  it('keeps the order when the clock goes back, and follows it again once it has caught up', () => {
    const ids = new RunIdFactory();
    const made = [START_MS, START_MS - 5_000, START_MS - 1, START_MS, START_MS + 1].map((ms) => ids.create(ms));

    expect(made).toEqual([...made].sort());
    expect(made.map(millisecondsOf)).toEqual([START_MS, START_MS, START_MS, START_MS, START_MS + 1]);
  });

  it('keeps the order whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: START_MS, max: START_MS + 3 }), { maxLength: 200 }), (clock) => {
        const ids = new RunIdFactory();
        const made = clock.map((ms) => ids.create(ms));

        expect(made).toEqual([...made].sort());
        expect(new Set(made).size).toBe(made.length);
        expect(made.every((id) => UUID_V7.test(id))).toBe(true);
      }),
    );
  });

  it('keeps the order of a clock that tells parts of milliseconds', () => {
    const ids = new RunIdFactory();
    const made = [0.1, 0.6, 0.9, 1, 1.5].map((ms) => ids.create(START_MS + ms));

    expect(made).toEqual([...made].sort());
    expect(made.map(millisecondsOf)).toEqual([0, 0, 0, 1, 1].map((ms) => START_MS + ms));
    expect(made.every((id) => UUID_V7.test(id))).toBe(true);
  });

  it('makes ids that two factories do not share', () => {
    const [one, two] = [new RunIdFactory(), new RunIdFactory()];
    const made = Array.from({ length: 2_000 }, () => [one.create(START_MS), two.create(START_MS)]).flat();

    expect(new Set(made).size).toBe(made.length);
  });

  it('fills the times of the far past and future', () => {
    expect(millisecondsOf(new RunIdFactory().create(1))).toBe(1);
    expect(new RunIdFactory().create(2 ** 48 - 1)).toMatch(UUID_V7);
  });
});
