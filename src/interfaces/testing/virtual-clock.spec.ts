import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { VirtualClock } from './virtual-clock.js';

describe(VirtualClock, () => {
  it('stands still until it is told to go on, and both of its times go together', async () => {
    const clock = new VirtualClock({ startAt: 1_000 });
    await nextTurn();
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_000, 0]);
    await clock.advance(250);

    expect([clock.now(), clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  it('fires timers in the order in which they are due, and in that of their setting where they are due together', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['a2', 10],
      ['late', 31],
      ['now', 0],
    ] as const) {
      clock.after(delayMs, () => fired.push(`${name}@${clock.monotonicMs()}`));
    }
    await clock.advance(30);

    expect(fired).toEqual(['now@0', 'a@10', 'a2@10', 'b@20', 'c@30']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('never fires a timer that was stopped, however often it is stopped', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const stop = clock.after(5, () => fired.push('stopped'));
    clock.inBackground(5, () => fired.push('other'));
    stop();
    stop();
    await clock.advance(10);
    stop();

    expect(fired).toEqual(['other']);
  });

  it('lets everything that follows from a timer happen before the next one fires', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.after(10, () => void chain('first'));
    clock.after(10, () => void seen.push('second'));
    async function chain(name: string): Promise<void> {
      for (let left = 100; left > 0; left--) await Promise.resolve();
      await nextTurn();
      await new Promise((resolve) => process.nextTick(resolve));
      expect((await readFile(__filename, 'utf8')).length).toBeGreaterThan(0);
      seen.push(`${name} at ${clock.monotonicMs()}`);
    }
    await clock.advance(20);

    expect(seen).toEqual(['first at 10', 'second']);
  });

  it('fires timers that are set by others within the same advance', async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.monotonicMs());
      clock.after(1_000, again);
    };
    again();
    await clock.advance(3_500);

    expect(times).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('goes forward for exactly as long as some work takes', async () => {
    const clock = new VirtualClock();
    const work = (async () => {
      await clock.sleep(3_600_000);
      await clock.sleep(5);
      return 'done';
    })();
    void clock.after(4_000_000, () => undefined);

    expect(await clock.until(work)).toBe('done');
    expect(clock.monotonicMs()).toBe(3_600_005);
    await expect(clock.until(Promise.reject(new Error('boom')))).rejects.toThrow('boom');
  });

  it('says so when time alone cannot end the work', async () => {
    const clock = new VirtualClock();
    const never = new Promise(() => undefined);

    await expect(clock.until(never)).rejects.toMatchObject({ code: 'SYN_USAGE', details: { timers: 0 } });
    clock.after(100, () => undefined);
    await expect(clock.until(never, { limitMs: 99 })).rejects.toMatchObject({ details: { elapsed_ms: 0, timers: 1 } });
  });

  it('stands still while it is held for an answer from outside', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.after(1, () => {
      const answer = new Promise<void>((resolve) => setTimeout(resolve, 20));
      void clock.hold(answer).then(() => order.push(`answer at ${clock.monotonicMs()}`));
    });
    clock.after(2, () => order.push('next timer'));
    await clock.advance(5);
    await expect(clock.hold(Promise.reject(new Error('down')))).rejects.toThrow('down');

    expect(order).toEqual(['answer at 1', 'next timer']);
  });

  it.each([-1, Number.NaN])('refuses to go forward by %p', async (ms) => {
    await expect(new VirtualClock().advance(ms)).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });

  it('keeps its order with thousands of timers, some of them stopped', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const stops = Array.from({ length: 3_000 }, (_, index) => {
      const delayMs = (index * 7919) % 1_000;
      return clock.after(delayMs, () => fired.push(delayMs));
    });
    stops.forEach((stop, index) => index % 3 === 0 && stop());
    await clock.advance(1_000);

    expect(fired).toHaveLength(2_000);
    expect(fired).toEqual(fired.toSorted((left, right) => left - right));
  });
});
