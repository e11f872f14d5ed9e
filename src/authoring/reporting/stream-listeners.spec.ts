import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CollectingSink, SlowSink, until, upTo } from './reporting.fixture.js';
import type { RunEvent } from './run-event.js';
import { RunEventStream } from './run-event-stream.js';
import { log, progress, setUp } from './event-stream.fixture.js';

describe(RunEventStream, () => {
  describe('listeners', () => {
    it('get each event after it was stored, in order', async () => {
      const { sink, stream } = setUp(new SlowSink(5));
      const seen: [number, boolean][] = [];
      stream.subscribe((event) => void seen.push([event.seq, sink.seqs.includes(event.seq)]));
      for (const index of upTo(5)) stream.emit('log', log(String(index)));
      await stream.close('run.completed', {});
      await stream.drained();

      expect(seen).toEqual(upTo(6).map((seq) => [seq, true]));
    });

    it('are never called from within emit or close', () => {
      const { stream } = setUp(new CollectingSink());
      const listener = jest.fn();
      stream.subscribe(listener);
      for (let index = 0; index < 3000; index++) stream.emit('log', log('a'));
      void stream.close('run.completed', {});

      expect(listener).not.toHaveBeenCalled();
    });

    it('neither stop the action nor each other when they throw or reject', async () => {
      const { stream } = setUp(new CollectingSink());
      const seen: string[] = [];
      stream.subscribe(() => {
        throw new Error('broken');
      });
      stream.subscribe(() => Promise.reject(new Error('broken later')));
      stream.subscribe((event) => void seen.push(event.type));
      stream.emit('log', log('a'));
      void stream.close('run.completed', {});
      await stream.drained();

      expect(seen).toEqual(['log', 'run.completed']);
    });

    it('that are slow hold up nobody, miss no log, and get the newest progress only', async () => {
      const { stream, flusher } = setUp(new CollectingSink());
      const gate = Promise.withResolvers<void>();
      const seen: RunEvent[] = [];
      stream.subscribe(async (event) => {
        await gate.promise;
        seen.push(event);
      });
      for (const index of upTo(500)) {
        stream.emit('log', log(String(index)));
        stream.emit('progress', progress('load', index));
        flusher.flushAll();
      }
      const closed = stream.close('run.completed', {});
      expect(closed).toBeUndefined();
      gate.resolve();
      await stream.drained();

      expect(seen.filter(({ type }) => type === 'log').map(({ data }) => data.event)).toEqual(upTo(500).map(String));
      expect(seen.filter(({ type }) => type === 'progress').map(({ data }) => data.percent)).toEqual([500]);
      expect(seen.at(-1)?.type).toBe('run.completed');
    });

    it('that are slow fill the disk, not the memory', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
      const { stream } = setUp(new CollectingSink(), { directory, maxMemoryItems: 100, maxRecentItems: 100 });
      const gate = Promise.withResolvers<void>();
      const seen: number[] = [];
      stream.subscribe(async (event) => {
        await gate.promise;
        seen.push(event.seq);
      });
      for (const index of upTo(2000)) {
        stream.emit('log', log(String(index)));
        if (index % 100 === 0) await Promise.resolve();
      }
      void stream.close('run.completed', {});
      await until(() => readdirSync(directory).length === 1);
      gate.resolve();
      await stream.drained();

      expect(seen).toEqual(upTo(2001));
      expect(readdirSync(directory)).toEqual([]);
    });

    it('get nothing after they left', async () => {
      const { stream, flusher } = setUp(new CollectingSink());
      const listener = jest.fn();
      const leave = stream.subscribe(listener);
      stream.emit('log', log('a'));
      flusher.flushAll();
      leave();
      void stream.close('run.completed', {});
      await stream.drained();

      expect(listener).not.toHaveBeenCalled();
    });
  });
});
