import { ActionStatus, RunStatus } from '../../foundation/config/enums.js';
import { ActionProgress, PipelineProgress } from '../reporting/progress-models.js';
import { TextStream } from '../reporting/reporting.fixture.js';
import type { RunEvent, RunEventType } from '../reporting/run-event.js';
import { displayProgress, printProgressSummary } from './display-progress.js';
import { PipelineListener } from './pipeline-listener.js';
import { percentOf } from './progress-tree.js';

const RUN_ID = '01a2049d-dc5c-7000-8bb8-c028cce445c0';

const done = (name: string): ActionProgress =>
  new ActionProgress(name, { status: ActionStatus.Completed, progress: 1 });
const half = (name: string): ActionProgress =>
  new ActionProgress(name, { status: ActionStatus.Running, progress: 0.5 });
const open = (name: string): ActionProgress => new ActionProgress(name);
const skipped = (name: string): ActionProgress =>
  new ActionProgress(name, { status: ActionStatus.Skipped, progress: 1 });
const broken = (name: string): ActionProgress =>
  new ActionProgress(name, { status: ActionStatus.Failed, error: 'no\u001b[2J space' });

const progressOf = (status: RunStatus, ...actions: ActionProgress[]): PipelineProgress =>
  new PipelineProgress(RUN_ID, { status, actions, error: status === 'failed' ? 'it broke' : null });

const UPDATES = [
  progressOf('running', half('fetch'), open('train')),
  progressOf('running', done('fetch'), half('train')),
  progressOf('running', done('fetch'), half('train')),
  progressOf('failed', done('fetch'), broken('train')),
];

describe(percentOf, () => {
  it.each([
    ['what is completed, and what those that run have done', progressOf('running', done('a'), half('b')), 75],
    ['100 once it is completed, whatever was skipped', progressOf('completed', done('a'), skipped('b')), 100],
    ['only what was completed, once it has failed', progressOf('failed', done('a'), half('b')), 50],
    ['nothing for what was only skipped', progressOf('running', skipped('a'), skipped('b')), 0],
    ['nothing without actions', progressOf('running'), 0],
  ])('counts %s', (_case, progress, percent) => {
    expect(percentOf(progress)).toBe(percent);
  });
});

describe(displayProgress, () => {
  it('D04: gives back the last progress, of a mapping of actions, and writes each change of state once', async () => {
    const stream = new TextStream();
    const last = await displayProgress(UPDATES, { stream });

    expect(last).toBe(UPDATES.at(-1));
    expect(stream.lines).toEqual([
      '  fetch: running',
      'Pipeline 01a2049d…: running',
      '  fetch: completed',
      '  train: running',
      '  train: failed: no space',
      'Pipeline 01a2049d…: failed: it broke',
    ]);
  });

  it('draws a tree on a terminal, at last as it is then', async () => {
    const stream = new TextStream({ isTTY: true, columns: 60 });
    await displayProgress(UPDATES, { stream, env: { NO_COLOR: '1' } });

    expect(stream.lines.slice(-3)).toEqual([
      expect.stringMatching(/Pipeline 01a2049d… █+░+ {2}50.0% 1\/2 {2}failed$/) as string,
      '├─ ✓ fetch  completed',
      '└─ ✗ train  failed  no space',
    ]);
  });

  it('shows the pipeline alone where that is wanted, and takes progress as it comes', async () => {
    const stream = new TextStream();
    await displayProgress(
      (async function* () {
        yield* UPDATES;
      })(),
      { stream, showActions: false },
    );

    expect(stream.lines).toEqual(['Pipeline 01a2049d…: running', 'Pipeline 01a2049d…: failed: it broke']);
  });

  it('refuses a stream without any progress', async () => {
    await expect(displayProgress([], { stream: new TextStream() })).rejects.toMatchObject({
      code: 'SYN_REPORTING_VALUE',
      message: expect.stringContaining('No progress updates received') as string,
    });
  });
});

describe(printProgressSummary, () => {
  it('prints what the run is, when it ran, each action and what went wrong', () => {
    const stream = new TextStream();
    const times = { startedAt: '2026-01-02T03:04:05Z', completedAt: '2026-01-02T03:04:07.500Z' };
    const actions = [done('fetch'), broken('train'), skipped('last'), open('more')];
    printProgressSummary(
      new PipelineProgress(RUN_ID, { status: 'failed', actions, error: 'it broke', ...times }),
      stream,
    );

    expect(stream.lines).toEqual([
      `Run       ${RUN_ID}`,
      'Status    failed',
      'Progress  25.0%',
      'Started   2026-01-02T03:04:05Z',
      'Ended     2026-01-02T03:04:07.500Z',
      'Duration  2.5s',
      'Error     it broke',
      '',
      '#  ACTION  STATUS  PROGRESS',
      '1  fetch   OK      100%',
      '2  train   FAIL    no space',
      '3  last    SKIP    100%',
      '4  more    -       -',
    ]);
  });
});

describe(PipelineListener, () => {
  let seq = 0;
  const event = (run_id: string, type: RunEventType, data: Record<string, unknown>): RunEvent => ({
    seq: ++seq,
    type,
    run_id,
    attempt: 1,
    time: '2026-01-02T03:04:05.000Z',
    data,
  });
  const log = (run_id: string, message: string): RunEvent =>
    event(run_id, 'log', { event: 'info', data: { message }, file: null, step: null, level: 'info' });
  const story = [
    event(RUN_ID, 'run.started', { action: 'pipeline:nightly' }),
    event(RUN_ID, 'step.started', { step: 'fetch', run_id: 'child' }),
    event('child', 'run.started', { action: 'fetch' }),
    event('child', 'progress', { key: null, percent: 40, overall: 40, status: 'running', time_remaining: null }),
    event(RUN_ID, 'progress', { key: 'fetch', percent: 40, overall: 20, status: 'running', time_remaining: null }),
    log('child', 'half of it'),
    event(RUN_ID, 'step.completed', { step: 'fetch', elapsed: 1 }),
    event('child', 'run.completed', {}),
    event(RUN_ID, 'run.completed', {}),
  ];

  function shown(stream: TextStream): string[] {
    const listener = new PipelineListener({ stream, env: { NO_COLOR: '1' } });
    listener.expect(['fetch', 'train']);
    for (const each of story) listener.onEvent(each);
    listener.print('from the plugin');
    listener.close();
    return stream.lines;
  }

  it('draws a tree on a terminal, with logs above it, and leaves it there', () => {
    const lines = shown(new TextStream({ isTTY: true, columns: 70 }));

    expect(lines[0]).toContain('INFO: half of it');
    expect(lines.some((line) => line.endsWith('from the plugin'))).toBe(true);
    expect(lines.slice(-2)).toEqual(['├─ ✓ fetch  completed  0.0s', '└─ · train  pending']);
  });

  it("writes lines elsewhere: the pipeline's events and its actions' logs, and no progress twice", () => {
    const lines = shown(new TextStream());

    expect(lines.filter((line) => line.includes('40.0%'))).toHaveLength(1);
    expect(lines).toEqual(expect.arrayContaining(['INFO: half of it', 'from the plugin']));
    expect(lines.filter((line) => line.includes(`'fetch'`)).length).toBe(2);
  });
});
