import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventFlusher } from './event-flusher.js';
import { CollectingSink, FailingSink, liveHeapBytes, SlowSink, until, upTo } from './reporting.fixture.js';
import type { RunEvent } from './run-event.js';
import { RunEventStream } from './run-event-stream.js';
import type { EventSink } from './sink-writer.js';
import { log, progress, setUp } from './event-stream.fixture.js';

describe(RunEventStream, () => {
  it('stores events in order, numbered from 1 without gaps, the terminal one last', () => {
    const { sink, stream } = setUp(new CollectingSink());
    stream.emit('run.started', {});
    stream.emit('log', log('a'));
    const closed = stream.close('run.completed', { ok: true });

    expect(closed).toBeUndefined();
    expect(sink.types).toEqual(['run.started', 'log', 'run.completed']);
    expect(sink.events[2]).toEqual({
      seq: 3,
      type: 'run.completed',
      run_id: 'r1',
      attempt: 1,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: { ok: true },
    });
    expect(Object.keys(sink.events[2] ?? {})).toEqual(['seq', 'type', 'run_id', 'attempt', 'time', 'data']);
  });

  it('goes on counting where an earlier attempt ended', () => {
    const sink = new CollectingSink();
    const stream = new RunEventStream({ runId: 'r1', attempt: 2, sink, flusher: new EventFlusher(), firstSeq: 41 });
    stream.emit('run.started', {});
    void stream.close('run.failed', {});

    expect(sink.seqs).toEqual([41, 42]);
    expect(stream.lastSeq).toBe(42);
  });

  it('stores an event at most one interval later, without being asked', async () => {
    const { sink, stream, flusher } = setUp(new CollectingSink());
    stream.emit('log', log('a'));
    expect(sink.events).toHaveLength(0);
    await until(() => sink.events.length === 1);

    expect(flusher.intervalMs).toBeLessThanOrEqual(20);
    expect(flusher.size).toBe(0);
  });

  it('stores events of work that never yields to the event loop', () => {
    let nowMs = 0;
    const flusher = new EventFlusher({ clock: { now: () => nowMs, monotonicMs: () => nowMs } });
    const { sink, stream } = setUp(new CollectingSink(), undefined, flusher);
    for (; nowMs < 100; nowMs++) stream.emit('log', log(String(nowMs)));

    expect(sink.events.length).toBeGreaterThanOrEqual(80);
  });

  it('replaces progress and metrics that wait by newer ones of the same key, which take their place at the end', () => {
    const { sink, stream } = setUp(new CollectingSink());
    stream.emit('progress', progress('load', 10));
    stream.emit('metrics', { key: 'load', metrics: { a: 1 } });
    stream.emit('log', log('a'));
    stream.emit('progress', progress('train', 5));
    stream.emit('progress', progress('load', 20));
    stream.emit('metrics', { key: 'load', metrics: { a: 2 } });
    void stream.close('run.completed', {});

    expect(sink.events.map(({ type, data }) => [type, data.key ?? data.event, data.percent ?? data.metrics])).toEqual([
      ['log', 'a', undefined],
      ['progress', 'train', 5],
      ['progress', 'load', 20],
      ['metrics', 'load', { a: 2 }],
      ['run.completed', undefined, undefined],
    ]);
    expect(sink.seqs).toEqual(upTo(5));
  });

  it('keeps a failure that is followed by new progress', () => {
    const { sink, stream } = setUp(new CollectingSink());
    for (const status of ['running', 'failed', 'running', 'running'])
      stream.emit('progress', progress('load', 1, status));
    void stream.close('run.completed', {});

    expect(sink.events.slice(0, -1).map(({ data }) => data.status)).toEqual(['running', 'failed', 'running']);
  });

  it('keeps the newest progress of each key when thousands of updates of several keys wait', () => {
    const flusher = new EventFlusher({ clock: { now: () => 0, monotonicMs: () => 0 } });
    const { sink, stream } = setUp(new CollectingSink(), undefined, flusher);
    for (let index = 0; index < 5000; index++) stream.emit('progress', progress(`k${index % 7}`, index));
    void stream.close('run.completed', {});

    expect(sink.events.slice(0, -1).map(({ data }) => data.percent)).toEqual(upTo(7).map((step) => 4992 + step));
  });

  it('counts and ignores what is emitted after the end', () => {
    const { sink, stream } = setUp(new CollectingSink());
    void stream.close('run.completed', {});
    stream.emit('log', log('late'));
    void stream.close('run.failed', {});

    expect(sink.types).toEqual(['run.completed']);
    expect(stream.ignoredAfterClose).toBe(2);
  });

  it('waits at the end for a store that answers later, and has stored everything then', async () => {
    const { sink, stream } = setUp(new SlowSink(20));
    for (const index of upTo(2500)) stream.emit('log', log(String(index)));
    await stream.close('run.completed', {});

    expect(sink.seqs).toEqual(upTo(2501));
    expect(sink.types.at(-1)).toBe('run.completed');
  });

  it('repeats a batch whose storing failed, each event once and in order', async () => {
    const { sink, stream } = setUp(new FailingSink(), { retryDelayMs: 1 });
    sink.isTorn = true;
    for (const index of upTo(10)) stream.emit('log', log(String(index)));
    stream.flush();
    for (const index of upTo(5)) stream.emit('log', log(String(10 + index)));
    await until(() => sink.attempts > 3);
    sink.isDown = false;
    await stream.close('run.completed', {});

    expect(sink.events.slice(0, -1).map(({ data }) => data.event)).toEqual(upTo(15).map(String));
    expect(sink.seqs).toEqual(upTo(16));
    expect(sink.events.at(-1)?.data).not.toHaveProperty('lost');
  });

  it('stores an event that cannot be serialised with a text in place of the value', async () => {
    const stored: RunEvent[] = [];
    const sink = {
      append: (_id: string, events: readonly RunEvent[]) =>
        void stored.push(...(JSON.parse(JSON.stringify(events)) as RunEvent[])),
    };
    const { stream } = setUp(sink, { retryDelayMs: 1 });
    const circle: Record<string, unknown> = { size: 10n };
    circle.self = circle;
    stream.emit('log', { ...log('odd'), data: circle });
    await stream.close('run.completed', {});

    expect(stored.map((event) => event.type)).toEqual(['log', 'run.completed']);
    expect(stored[0]?.data.data).toEqual({ size: '10', self: '[circular]' });
  });

  it('keeps 100,000 logs through a store that hangs, most of them on disk, and loses none', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
    const gate = Promise.withResolvers<void>();
    const inner = new CollectingSink();
    let stored = 0;
    let isOrdered = true;
    const sink: EventSink = {
      append: async (_id, events) => {
        await gate.promise;
        for (const event of events) isOrdered &&= event.seq === ++stored;
        inner.events.splice(0, inner.events.length, ...events.slice(-1));
      },
    };
    const { stream } = setUp(sink, { directory, maxMemoryItems: 2000 });
    const text = 'x'.repeat(1000);
    const before = liveHeapBytes();
    for (let index = 0; index < 100_000; index++)
      stream.emit('log', { ...log('a'), data: { index, text: `${text}${index}` } });
    const grownBytes = liveHeapBytes() - before;

    expect(stream.spilled).toBeGreaterThan(90_000);
    expect(readdirSync(directory)).toHaveLength(1);
    // The logs hold over 100 MB; a few thousand of them stay in memory.
    expect(grownBytes).toBeLessThan(20 * 1024 * 1024);

    gate.resolve();
    await stream.close('run.completed', {});
    expect([stored, isOrdered, inner.events[0]?.type]).toEqual([100_001, true, 'run.completed']);
    expect(inner.events[0]?.data).toEqual({});
    expect(readdirSync(directory)).toEqual([]);
  }, 60_000);

  it('says by type what was lost when the disk failed as well', async () => {
    const { sink, stream } = setUp(new FailingSink(), {
      directory: join(tmpdir(), 'synapse-spec-no-such-folder'),
      maxMemoryItems: 100,
      maxRecentItems: 50,
      retryDelayMs: 1,
    });
    for (let index = 0; index < 1000; index++) stream.emit('log', log(String(index)));
    const lost = stream.lost.log ?? 0;
    sink.isDown = false;
    await stream.close('run.completed', { ok: true });

    expect(lost).toBeGreaterThan(0);
    expect(sink.events.at(-1)).toMatchObject({ type: 'run.completed', data: { ok: true, lost: { log: lost } } });
    expect(sink.events).toHaveLength(1000 - lost + 1);
    expect(sink.seqs).toEqual(upTo(sink.events.length));
  });

  it('gives a store that stays away up in the end, and says in which file the events are', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
    const { stream } = setUp(new FailingSink(), { directory, retryDelayMs: 1, closeTimeoutMs: 30 });
    stream.emit('log', log('a'));
    const error: unknown = await Promise.resolve(stream.close('run.completed', {})).catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: 'SYN_EVENTS_NOT_STORED',
      details: { count: 2 },
      cause: { message: 'disk I/O error' },
    });
    const [name = ''] = readdirSync(directory);
    const lines = readFileSync(join(directory, name), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as RunEvent).type)).toEqual(['log', 'run.completed']);
  });

  it('ends within its time limit when the store never answers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
    const { stream } = setUp({ append: () => new Promise<void>(() => undefined) }, { directory, closeTimeoutMs: 30 });

    await expect(stream.close('run.completed', {})).rejects.toMatchObject({ code: 'SYN_EVENTS_NOT_STORED' });
  });

  it('stores what waits on request, and says whether it could', async () => {
    const { sink, stream } = setUp(new FailingSink(), { retryDelayMs: 1, closeTimeoutMs: 20 });
    stream.emit('log', log('a'));
    expect(await stream.settle()).toBe(false);
    sink.isDown = false;
    expect(await stream.settle()).toBe(true);
    stream.emit('log', log('b'));

    expect(stream.settle()).toBe(true);
    expect(sink.events.map(({ data }) => data.event)).toEqual(['a', 'b']);
  });

  it('shares one timer between concurrent runs, whose events stay apart', async () => {
    const flusher = new EventFlusher();
    const runs = upTo(50).map((run) => {
      const sink = new CollectingSink();
      return { run, sink, stream: new RunEventStream({ runId: `r${run}`, attempt: 1, sink, flusher }) };
    });
    for (const index of upTo(20)) for (const { run, stream } of runs) stream.emit('log', log(`${run}:${index}`));
    expect(flusher.size).toBe(50);
    for (const { stream } of runs.slice(0, 10)) void stream.close('run.completed', {});
    await until(() => flusher.size === 0);

    for (const { run, sink } of runs) {
      expect(sink.events.slice(0, 20).map(({ run_id, data }) => [run_id, data.event])).toEqual(
        upTo(20).map((index) => [`r${run}`, `${run}:${index}`]),
      );
      expect(sink.seqs).toEqual(upTo(run <= 10 ? 21 : 20));
    }
  });
});
