import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { EventFlusher } from './event-flusher.js';
import { NdjsonListener } from './ndjson.js';
import { NdjsonLogger } from './ndjson-logger.js';
import { CollectingSink, TextStream, upTo } from './reporting.fixture.js';
import type { RunEvent } from './run-event.js';
import { RunEventStream } from './run-event-stream.js';

describe(NdjsonListener, () => {
  it('writes each stored event as one line that reads back as the same event', async () => {
    const sink = new CollectingSink();
    const output = new TextStream();
    const stream = new RunEventStream({ runId: 'r1', attempt: 1, sink, flusher: new EventFlusher() });
    stream.subscribe(new NdjsonListener(output));
    stream.emit('log', { event: 'a', data: { text: 'two\nlines' } });
    void stream.close('run.completed', {});
    await stream.drained();

    expect(output.lines.map((line) => JSON.parse(line) as RunEvent)).toEqual(sink.events);
  });

  it('waits for a reader that is slow, and hands every event on', async () => {
    const pipe = new PassThrough({ highWaterMark: 100 });
    const stream = new RunEventStream({
      runId: 'r1',
      attempt: 1,
      sink: new CollectingSink(),
      flusher: new EventFlusher(),
    });
    stream.subscribe(new NdjsonListener(pipe));
    for (const index of upTo(200)) stream.emit('log', { event: `e${index}` });
    void stream.close('run.completed', {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(pipe.writableLength).toBeLessThan(1000);

    const seqs: number[] = [];
    for await (const line of createInterface({ input: pipe })) {
      if (seqs.push((JSON.parse(line) as RunEvent).seq) === 201) break;
    }
    await stream.drained();
    expect(seqs).toEqual(upTo(201));
  });

  it('does not wait for a reader that is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.destroy()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.on('error', () => undefined);
    const stream = new RunEventStream({
      runId: 'r1',
      attempt: 1,
      sink: new CollectingSink(),
      flusher: new EventFlusher(),
    });
    stream.subscribe(new NdjsonListener(child.stdin));
    for (const index of upTo(500)) stream.emit('log', { event: `e${index}`, data: { text: 'x'.repeat(1000) } });
    void stream.close('run.completed', {});

    await expect(stream.drained()).resolves.toBeUndefined();
  });
});

describe(NdjsonLogger, () => {
  it('writes reports as numbered run events, all of them once it is finished', async () => {
    const output = new TextStream();
    const logger = new NdjsonLogger({ stream: output, runId: 'r1' });
    logger.setStep('load');
    logger.info('hello');
    logger.setProgress(1, 4);
    logger.setMetrics({ rows: 3 });
    await logger.finish();

    expect(output.lines.map((line) => JSON.parse(line) as RunEvent)).toMatchObject([
      { seq: 1, type: 'log', run_id: 'r1', attempt: 1, data: { event: 'info', step: 'load' } },
      { seq: 2, type: 'progress', data: { key: 'load', percent: 25 } },
      { seq: 3, type: 'metrics', data: { key: 'load', metrics: { rows: 3 } } },
    ]);
  });
});
