import { spawnSync } from 'node:child_process';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { currentOwner } from '../../../runtime/run-store/run-owner.js';
import type { RunSummary } from '../../../runtime/run-store/run-record.js';
import { stepReports } from './step-report.js';
import { stepTree } from './step-tree.js';

const run = (known: Partial<RunSummary> = {}): RunSummary => ({
  id: '1',
  plugin: 'p',
  action: 'a',
  mode: 'local',
  status: 'completed',
  attempt: 1,
  idempotency_key: '1',
  created_at: 0,
  ...known,
});

const event = (type: string, step: string, data: object = {}): RunEvent => ({
  seq: 1,
  type: type as RunEvent['type'],
  run_id: '1',
  attempt: 1,
  time: '2026-01-01T00:00:00.000Z',
  data: { step, ...data },
});

const EVENTS = [
  event('step.started', 'a', { attempt: 1 }),
  event('step.completed', 'a', { attempt: 1, elapsed: 0.25 }),
  event('step.skipped', 'b', { elapsed: 0 }),
  event('step.started', 'c', { attempt: 1 }),
  event('step.retrying', 'c', { attempt: 1, error: 'first', elapsed: 1, delay_ms: 5 }),
  event('step.started', 'c', { attempt: 2 }),
  event('step.failed', 'c', { attempt: 2, error: 'no\nluck', elapsed: 61.5 }),
  event('step.rolled_back', 'c', { attempt: 1, elapsed: 0 }),
  event('step.retrying', 'a', { attempt: 1, error: 'stuck', undo: true }),
  event('step.rollback_failed', 'a', { attempt: 2, error: 'stuck', elapsed: 0 }),
];

describe('The steps of a run', () => {
  it('are told by its events: state, tries, duration, error, and how their undo went', () => {
    expect(stepReports(run({ status: 'failed' }), EVENTS, [])).toEqual([
      {
        step: 'a',
        state: 'completed',
        attempt: 1,
        duration_ms: 250,
        undo: 'failed',
        undo_error: 'stuck',
        error: undefined,
      },
      { step: 'b', state: 'skipped', attempt: 0, duration_ms: 0, error: undefined },
      {
        step: 'c',
        state: 'failed',
        attempt: 2,
        duration_ms: 61_500,
        error: 'no\nluck',
        undo: 'done',
        undo_error: undefined,
      },
    ]);
  });

  it('are in doubt when their process is gone, and run while nobody knows', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const known = { status: 'running', next_steps: ['a', 'z'] } as const;
    const statesOf = (summary: RunSummary): string[] =>
      stepReports(summary, [event('step.started', 'a', { attempt: 1 })], []).map(
        ({ step, state }) => `${step} ${state}`,
      );

    expect(statesOf(run({ ...known, owner: { ...currentOwner(), pid } }))).toEqual(['a in doubt', 'z next']);
    expect(statesOf(run(known))).toEqual(['a running', 'z next']);
    expect(statesOf(run({ ...known, status: 'cancelled' }))).toEqual(['a in doubt']);
  });

  it('of a fork are first those that it has taken over', () => {
    const journal = [{ seq: 1, epoch: 1, kind: 'step' as const, name: 'before', at: 1 }];

    expect(stepReports(run({ forked_from: '0' }), EVENTS.slice(0, 2), journal)).toMatchObject([
      { step: 'before', state: 'taken over' },
      { step: 'a', state: 'completed' },
    ]);
  });

  it('are a tree for people, with the runs that are parts of the run', () => {
    const steps = stepReports(run({ status: 'failed' }), EVENTS, []);
    const child = run({ id: '2', action: 'train', started_at: 0, ended_at: 1_500, undo: 'done' });

    expect(stepTree(steps, [child])).toBe(
      [
        '├─ a      completed  attempt 1  250 ms',
        '│  └─ not undone: stuck',
        '├─ b      skipped               0 ms',
        '├─ c      failed     attempt 2  1 min 1 s',
        '│  ├─ error: no luck',
        '│  └─ undone',
        '└─ train  completed  attempt 1  1.5 s',
        '   ├─ run 2',
        '   └─ undo: done',
        '',
      ].join('\n'),
    );
    expect(stepTree([], [])).toBe('');
  });

  it('tell of the actions of a pipeline once, with their runs', () => {
    const data = { attempt: 1, run_id: '2', elapsed: 0.5 };
    const events = [event('step.started', 'train', data), event('step.completed', 'train', data)];
    const steps = stepReports(run({ status: 'completed' }), events, []);

    expect(stepTree(steps, [run({ id: '2', action: 'train' })])).toBe(
      ['└─ train  completed  attempt 1  500 ms', '   └─ run 2', ''].join('\n'),
    );
  });

  it('of a pipeline that went on are completed where it found them so, or taken over', () => {
    const journal = [{ seq: 1, epoch: 1, kind: 'step' as const, name: 'fetch', at: 1 }];
    const events = [
      event('step.skipped', 'fetch'),
      event('step.started', 'train', { attempt: 1, run_id: '2' }),
      event('step.skipped', 'train', { run_id: '2' }),
    ];

    expect(stepReports(run({ forked_from: '0' }), events, journal)).toMatchObject([
      { step: 'fetch', state: 'taken over' },
      { step: 'train', state: 'completed' },
    ]);
  });
});
