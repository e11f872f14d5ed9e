import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunCancelledError, RunTimeoutError } from '../../foundation/errors/run.errors.js';
import { ActiveRun } from './active-run.js';
import { preparedRun } from './active-run.fixture.js';

const enough = new RunCancelledError('train', 'enough');

describe(ActiveRun, () => {
  it('says what its record and definition say', () => {
    const { run } = preparedRun({ plugin: 'digits', name: 'train' });

    expect([run.plugin, run.action, run.attempt]).toEqual(['digits', 'train', 1]);
    expect(run.idempotencyKey).toBe(run.runId);
    expect(run.jobId).toBeUndefined();
  });

  it('makes a signal when one is asked for, already aborted where the run has been told to end', () => {
    const { run } = preparedRun();
    const { signal } = run;
    run.abort(enough);
    const { run: late } = preparedRun();
    late.abort(enough);

    expect([signal.aborted, signal.reason]).toEqual([true, enough]);
    expect(run.signal).toBe(signal);
    expect([late.signal.aborted, late.signal.reason]).toEqual([true, enough]);
  });

  it('keeps the first reason to end', () => {
    const { run } = preparedRun();

    expect(run.abort(enough)).toBe(true);
    expect(run.abort(new RunTimeoutError('train', 5))).toBe(false);
    expect(run.abortError).toBe(enough);
  });

  it('tells whoever drives it, be it before or after', () => {
    const heard: unknown[] = [];
    const listener = { aborted: (error: unknown): void => void heard.push(error) };
    const { run: early } = preparedRun();
    early.onAbort(listener);
    early.abort(enough);
    const { run: late } = preparedRun();
    late.abort(enough);
    late.onAbort(listener);

    expect(heard).toEqual([enough, enough]);
  });

  it('cannot be told to end when it is over', () => {
    const heard: unknown[] = [];
    const { run } = preparedRun();
    run.onAbort({ aborted: (error) => void heard.push(error) });
    run.close('completed');

    expect(run.abort(enough)).toBe(false);
    expect([run.abortError, run.signal.aborted, heard]).toEqual([undefined, false, []]);
  });

  it('has one logger, which ends with the run', () => {
    const { run } = preparedRun();
    const { logger } = run;
    run.close('completed');

    expect(run.logger).toBe(logger);
    expect(logger.isFinished).toBe(true);
    expect(() => logger.info('late')).toThrow(expect.objectContaining({ code: 'SYN_LOGGER_FINISHED' }));
  });

  it('gives a finished logger to whoever asks first when all is over', () => {
    const { run } = preparedRun();
    run.close('failed');

    expect(run.logger.isFinished).toBe(true);
  });

  it('makes a folder of its own when the folder is asked for, closed to other users', () => {
    const workRoot = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
    const { run } = preparedRun({}, { workRoot: join(workRoot, 'deep', 'er') });
    const { workDir } = run;

    expect(workDir).toBe(join(workRoot, 'deep', 'er', run.runId));
    expect(statSync(workDir).mode & 0o777).toBe(0o700);
    expect(run.workDir).toBe(workDir);
    rmSync(workRoot, { recursive: true });
  });
});
