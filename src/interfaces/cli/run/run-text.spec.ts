import { spawnSync } from 'node:child_process';
import { currentOwner } from '../../../runtime/run-store/run-owner.js';
import type { RunSummary } from '../../../runtime/run-store/run-record.js';
import { durationText, statusText, timeText, valueText } from './run-text.js';

const run = (known: Partial<RunSummary>): RunSummary => ({
  id: '1',
  plugin: 'p',
  action: 'a',
  mode: 'local',
  status: 'running',
  attempt: 1,
  idempotency_key: '1',
  created_at: 0,
  ...known,
});
const dead = () => ({ ...currentOwner(), pid: spawnSync(process.execPath, ['--version']).pid });

describe('a run as people read it', () => {
  it('is interrupted when its process is gone or has given it back, and running while nobody knows', () => {
    expect(statusText(run({ owner: dead() }))).toBe('interrupted');
    expect(statusText(run({ owner: currentOwner() }))).toBe('running');
    expect(statusText(run({ owner: { ...dead(), host: 'elsewhere.invalid' } }))).toBe('running');
    expect(statusText(run({}))).toBe('running');
    expect(statusText(run({ owner: currentOwner(), lease_expires_at: 0 }))).toBe('interrupted');
    expect(statusText(run({ owner: currentOwner(), lease_expires_at: 1 }))).toBe('running');
    expect(statusText(run({ status: 'failed', owner: dead() }))).toBe('failed');
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_500, '1.5 s'],
    [61_000, '1 min 1 s'],
    [7_380_000, '2 h 3 min'],
  ])('has taken %d ms as %s', (ms, text) => {
    expect(durationText(run({ status: 'completed', started_at: 1_000, ended_at: 1_000 + ms }))).toBe(text);
  });

  it('has taken so long so far while it runs, and nobody knows how long once it is interrupted', () => {
    expect(durationText(run({ started_at: 1_000 }), 3_000)).toBe('2.0 s');
    expect(durationText(run({ started_at: 1_000, owner: dead() }), 3_000)).toBe('-');
    expect(durationText(run({ status: 'pending' }))).toBe('-');
  });

  it('has times of this machine and values that fit on a screen', () => {
    expect(timeText(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe('2026-01-02 03:04:05');
    expect(timeText(undefined)).toBe('-');
    expect(valueText({ a: 1 })).toBe('{"a":1}');
    expect(valueText('x'.repeat(1_000))).toMatch(/^"x{499}… \(1002 characters\)$/);
  });
});
