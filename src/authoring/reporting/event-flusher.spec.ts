import { EventFlusher, type Flushable } from './event-flusher.js';
import { until } from './reporting.fixture.js';

class Waiting implements Flushable {
  flusherIndex = -1;
  flushes = 0;

  constructor(private readonly flusher: EventFlusher) {}

  flush(): void {
    this.flushes++;
    this.flusher.remove(this);
  }
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe(EventFlusher, () => {
  it('flushes everything that waits at one tick, with one timer that keeps no process alive', async () => {
    const before = timers();
    const flusher = new EventFlusher();
    const streams = Array.from({ length: 100 }, () => new Waiting(flusher));
    for (const stream of streams) flusher.add(stream);

    expect(timers()).toBe(before); // an unreferenced timer is not listed
    await until(() => flusher.size === 0);
    expect(streams.map((stream) => stream.flushes)).toEqual(streams.map(() => 1));
  });

  it.each([0, 999, 1_000, 1_767_225_600_007, 1_767_225_599_999.9, 1_767_225_661_050, -1, 253_402_300_799_999])(
    'writes %d as the machine does, whatever came before it',
    (epochMs) => {
      const flusher = new EventFlusher();
      for (const before of [epochMs - 1, epochMs, epochMs + 1, epochMs + 1_000]) flusher.isoTime(before);

      expect(flusher.isoTime(epochMs)).toBe(new Date(Math.floor(epochMs)).toISOString());
    },
  );

  it('takes one of many off the list and keeps the others', () => {
    const flusher = new EventFlusher();
    const [first, second, third] = [new Waiting(flusher), new Waiting(flusher), new Waiting(flusher)];
    for (const stream of [first, second, third, second]) flusher.add(stream);
    flusher.remove(first);
    flusher.remove(first);
    flusher.flushAll();

    expect([first.flushes, second.flushes, third.flushes, flusher.size]).toEqual([0, 1, 1, 0]);
  });

  it('goes on ticking for what does not get done', async () => {
    const flusher = new EventFlusher({ intervalMs: 1 });
    const stubborn = { flusherIndex: -1, flushes: 0, flush: () => void stubborn.flushes++ };
    flusher.add(stubborn);
    await until(() => stubborn.flushes > 3);

    flusher.remove(stubborn);
    flusher.close();
    expect(flusher.size).toBe(0);
  });

  it.each([
    [100, 20],
    [0, 1],
    [undefined, 15],
  ])('with an interval of %p waits %p ms: events are at most 20 ms late', (intervalMs, expected) => {
    expect(new EventFlusher({ intervalMs }).intervalMs).toBe(expected);
  });
});
