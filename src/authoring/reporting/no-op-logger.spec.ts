import { isAtLeast, isLogLevel, LogLevel } from './log-level.js';
import { NoOpLogger } from './no-op-logger.js';

describe(NoOpLogger, () => {
  it('keeps progress and metrics, checks what it is given, and ends like any logger', () => {
    const logger = new NoOpLogger();
    logger.info('hello');
    logger.setStep('load');
    logger.setProgress(1, 4);
    logger.setMetrics({ rows: 3 });

    expect(logger.getProgress('load')).toMatchObject({ percent: 25, status: 'running' });
    expect(logger.getProgress('other')).toBeNull();
    expect([logger.getMetrics(), logger.getMetrics('load'), logger.getMetrics('other')]).toEqual([
      { load: { rows: 3 } },
      { rows: 3 },
      {},
    ]);
    expect(() => logger.setProgress(5, 4)).toThrow(expect.objectContaining({ code: 'SYN_REPORTING_VALUE' }));
    void logger.finish();
    logger.setStep('still allowed');
    expect(logger.getStep()).toBe('still allowed');
    expect(() => logger.info('late')).toThrow(expect.objectContaining({ code: 'SYN_LOGGER_FINISHED' }));
  });

  it('warns of the old name of a step through the process', () => {
    // Jest hands specs a copy of the process, on which warnings cannot be listened for.
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    new NoOpLogger().setMetrics({ a: 1 }, null, 'old');

    expect(emitWarning.mock.calls).toEqual([[expect.stringContaining("'step'"), 'DeprecationWarning']]);
    emitWarning.mockRestore();
  });
});

describe('levels', () => {
  it('are ordered from debug to critical', () => {
    const levels = Object.values(LogLevel);
    for (const [rank, level] of levels.entries()) {
      expect(levels.filter((minimum) => isAtLeast(level, minimum))).toEqual(levels.slice(0, rank + 1));
    }
  });

  it('are five names and nothing else', () => {
    expect(['debug', 'info', 'warning', 'error', 'critical'].every(isLogLevel)).toBe(true);
    expect(['INFO', '', 1, null, undefined].some(isLogLevel)).toBe(false);
  });
});
