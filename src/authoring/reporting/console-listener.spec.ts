import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleListener, type ConsoleListenerOptions } from './console-listener.js';
import { LogLevel } from './log-level.js';
import { TextStream } from './reporting.fixture.js';
import type { ProgressEventData, RunEventType } from './run-event.js';

function setUp(shape: ConstructorParameters<typeof TextStream>[0] = {}, options: ConsoleListenerOptions = {}) {
  let nowMs = 0;
  let seq = 0;
  const output = new TextStream(shape);
  const clock = { now: () => nowMs, monotonicMs: () => nowMs };
  const listener = new ConsoleListener({ stream: output, env: {}, clock, ...options });
  const send = (type: RunEventType, data: object, run_id = 'r1'): void =>
    listener.onEvent({ seq: ++seq, type, run_id, attempt: 1, time: '', data: data as Record<string, unknown> });
  return {
    output,
    listener,
    send,
    log: (event: string, data: object, level = 'info', step: string | null = null) =>
      send('log', { event, data, level, step, file: null }),
    progress: (key: string | null, percent: number, more: Partial<ProgressEventData> = {}) =>
      send('progress', {
        key,
        percent,
        overall: percent,
        current: percent,
        total: 100,
        time_remaining: 4,
        elapsed_time: 1,
        status: 'running',
        ...more,
      }),
    wait: (ms: number) => void (nowMs += ms),
  };
}

/** What a person sees in the end: obeys the few control sequences that the listener may use. */
function screenOf(text: string): string[] {
  const lines = [''];
  let row = 0;
  for (const token of text.match(/\u001b\[\d*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
    const [, count = '', command = ''] = /^\u001b\[(\d*)([A-Za-z])$/.exec(token) ?? [];
    if (command === 'A') row -= Number(count || 1);
    else if (command === 'J') lines.length = row + 1;
    else if (command === 'm') continue;
    else if (command !== '') throw new Error(`unexpected control sequence ${JSON.stringify(token)}`);
    else if (token === '\n') lines[++row] ??= '';
    else if (token === '\r') lines[row] = '';
    else lines[row] += token;
    if (row < 0) throw new Error('the cursor left the screen');
    lines[row] ??= '';
  }
  return lines.slice(0, -1);
}

describe(ConsoleListener, () => {
  describe('on a pipe', () => {
    it('writes lines without control sequences', () => {
      const { output, log, progress, send } = setUp();
      send('run.started', { action: 'train' });
      log('info', { message: 'hello' });
      log('epoch', { n: 1 }, 'error', 'fit');
      progress('fit', 25);
      send('metrics', { key: 'fit', metrics: { loss: 0.5 } });
      send('run.completed', {});

      expect(output.lines).toEqual([
        'INFO: hello',
        'ERROR: [fit] epoch {"n":1}',
        'INFO: [fit] Progress: 25.0% | ETA: 4.0s',
        'INFO: [fit] Metrics: {"loss":0.5}',
      ]);
    });

    it('thins progress out to a line every 10 percent or 5 seconds, and shows each change of status', () => {
      const { output, progress, wait } = setUp();
      for (let percent = 0; percent < 30; percent++) progress('fit', percent);
      wait(5000);
      progress('fit', 29);
      progress('fit', 29, { status: 'failed', time_remaining: null });
      progress('fit', 30);
      progress('fit', 100, { status: 'completed', time_remaining: 0 });

      expect(output.lines.map((line) => line.slice(line.indexOf('Progress')))).toEqual([
        'Progress: 0.0% | ETA: 4.0s',
        'Progress: 10.0% | ETA: 4.0s',
        'Progress: 20.0% | ETA: 4.0s',
        'Progress: 29.0% | ETA: 4.0s',
        'Progress: 29.0% | ETA: 0.0s (failed)',
        'Progress: 30.0% | ETA: 4.0s',
        'Progress: 100.0% | ETA: 0.0s',
      ]);
    });

    it('shows metrics of a key once a second, and the last ones always', () => {
      const { output, send, wait } = setUp();
      for (let step = 0; step < 25; step++) {
        send('metrics', { key: 'fit', metrics: { step } });
        wait(100);
      }
      send('run.completed', {});

      expect(output.lines.map((line) => line.slice(-4))).toEqual(['":0}', ':10}', ':20}', ':24}']);
    });

    it('uses plain lines on a terminal that cannot move its cursor', () => {
      const { output, progress } = setUp({ isTTY: true }, { env: { TERM: 'dumb' } });
      progress('fit', 25);

      expect(output.text).toBe('INFO: [fit] Progress: 25.0% | ETA: 4.0s\n');
    });
  });

  describe('on a terminal', () => {
    it('keeps a bar for each phase below the logs', () => {
      const { output, progress, log, wait } = setUp({ isTTY: true, columns: 60 });
      progress('load', 50);
      progress('fit', 10);
      log('info', { message: 'one' });
      wait(100);
      progress('fit', 20, { time_remaining: 75 });
      log('warning', { message: 'two' }, 'warning');

      expect(screenOf(output.text)).toEqual([
        'INFO: one',
        'WARNING: two',
        'load ███████████████░░░░░░░░░░░░░░░  50.0% 50/100  ETA 4s',
        'fit ██████░░░░░░░░░░░░░░░░░░░░░░░░  20.0% 20/100  ETA 1m15s',
      ]);
    });

    it('shows metrics beside the bar of their phase, and leaves the ended bar on the screen', () => {
      const { output, progress, send, wait } = setUp({ isTTY: true, columns: 90 });
      progress('fit', 50);
      send('metrics', { key: 'fit', metrics: { loss: 0.123456, epoch: 3 } });
      wait(100);
      progress('fit', 100, { status: 'completed', time_remaining: 0, elapsed_time: 61 });
      send('metrics', { key: 'fit', metrics: { loss: 0.1, epoch: 4 } });
      progress(null, 100, { overall: 100, status: 'completed' });
      send('run.completed', {});

      expect(screenOf(output.text)).toEqual([`fit ${'█'.repeat(30)} 100.0% 100/100  loss 0.1, epoch 4  done in 1m01s`]);
    });

    it('leaves bars that were under way on the screen when it is closed, and nothing below them', () => {
      const { output, progress, listener } = setUp({ isTTY: true, columns: 60 });
      progress('load', 50);
      listener.close();
      const text = output.text;
      listener.close();

      expect(output.text).toBe(text);
      expect(screenOf(text)).toHaveLength(1);
    });

    it('redraws at most every 50 ms, and then shows the newest state', async () => {
      const { output, progress, wait } = setUp({ isTTY: true, columns: 60 });
      wait(1000);
      for (let percent = 0; percent <= 90; percent++) progress('fit', percent);
      expect(output.text.match(/fit/g)).toHaveLength(1);
      await sleep(80);

      expect(screenOf(output.text)).toEqual([expect.stringContaining('90.0%')]);
    });

    it.each([20, 40, 80, 200])('never fills a line of %p columns', async (columns) => {
      const { output, progress, listener } = setUp({ isTTY: true, columns });
      progress('a phase with a name that is longer than most', 50, { current: 123456.5, total: 999999 });
      progress('数据集', 50);
      listener.close();

      for (const line of screenOf(output.text)) {
        const width = [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
        expect(width).toBeLessThan(columns);
      }
    });

    it('keeps the block of bars lower than the screen', () => {
      const { output, progress, log } = setUp({ isTTY: true, columns: 60, rows: 6 });
      for (let phase = 0; phase < 20; phase++) progress(`p${phase}`, 1);
      log('info', { message: 'hello' });

      expect(screenOf(output.text).at(-1)).toBe('… and 16 more');
      expect(screenOf(output.text)).toHaveLength(6);
    });

    it('is coloured, unless NO_COLOR is set', () => {
      const colored = setUp({ isTTY: true });
      colored.log('error', { message: 'x' }, 'error');
      const plain = setUp({ isTTY: true }, { env: { NO_COLOR: '1' } });
      plain.log('error', { message: 'x' }, 'error');
      plain.progress('fit', 50);

      expect(colored.output.text).toBe('\u001b[31mERROR: x\u001b[0m\n');
      expect(plain.output.text).not.toMatch(/\u001b\[\d+m/);
    });

    it('keeps the bars of concurrent runs apart', () => {
      const { output, send, wait } = setUp({ isTTY: true, columns: 60 });
      const progress = {
        key: 'fit',
        percent: 50,
        overall: 50,
        current: 1,
        total: 2,
        time_remaining: null,
        elapsed_time: 0,
        status: 'running',
      };
      send('progress', progress, 'r1');
      wait(100);
      send('progress', { ...progress, percent: 75 }, 'r2');
      send('run.completed', {}, 'r1');

      expect(screenOf(output.text)).toEqual([expect.stringContaining('50.0%'), expect.stringContaining('75.0%')]);
    });
  });

  it.each([true, false])('lets no text of a plugin control the terminal (terminal: %p)', (isTTY) => {
    const { output, log, progress, send, listener } = setUp({ isTTY, columns: 100 }, { env: { NO_COLOR: '1' } });
    const attack = '\u001b[2J\u001b]0;title\u0007\u009b31m\r\u0008\u202eevil\u001b[1A';
    log('info', { message: attack });
    log(attack, { [attack]: attack }, 'info', attack);
    log('message', { context: attack, content: attack });
    progress(attack, 50);
    send('metrics', { key: attack, metrics: { [attack]: attack } });
    send('metrics', { key: `other${attack}`, metrics: { a: attack } });
    send('step.failed', { step: attack });
    listener.print(attack);
    listener.close();

    // Only the listener's own sequences are left: up some lines, back to the first column, erase.
    expect(output.text.replaceAll(/\u001b\[\d+A\r\u001b\[J/g, '')).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
    expect(output.text).toContain('evil');
  });

  it('hides what is less serious than it was told', () => {
    const { output, log } = setUp({}, { minimumLevel: LogLevel.Warning });
    log('info', { message: 'no' });
    log('message', { context: 'danger', content: 'yes' });

    expect(output.lines).toEqual(['ERROR: yes']);
  });

  it('hides debug events by default', () => {
    const { output, log } = setUp();
    log('dev_event', { message: 'no', data: null }, 'debug');

    expect(output.text).toBe('');
  });

  it('says at the end of a run what was lost', () => {
    const { output, send } = setUp();
    send('run.completed', { lost: { log: 3 } });

    expect(output.text).toContain('{"log":3}');
  });
});
