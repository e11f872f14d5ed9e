import { BaseLogger } from '../../src/authoring/reporting/base-logger.js';
import type { LogRecord } from '../../src/authoring/reporting/log-record.js';
import type { ProgressData } from '../../src/authoring/reporting/progress-data.js';

/** What a logger handed to its hooks, in the words of the recorded cases. */
export type Emitted = { readonly kind: 'log' | 'progress' | 'metrics' | 'finish' } & Record<string, unknown>;

/** A standalone logger that remembers what reaches its hooks, under a clock that only the test moves. */
export class RecordingLogger extends BaseLogger {
  readonly emitted: Emitted[] = [];
  readonly deprecations: string[] = [];
  private readonly time: { nowMs: number };

  constructor(time = { nowMs: 0 }) {
    super({ clock: { now: () => time.nowMs, monotonicMs: () => time.nowMs } });
    this.time = time;
  }

  advance(seconds: number): void {
    this.time.nowMs += seconds * 1000;
  }

  protected override onLog(record: LogRecord): void {
    this.emitted.push({ kind: 'log', ...record });
  }

  protected override onProgress(data: ProgressData, key: string | null): void {
    this.emitted.push({ kind: 'progress', key, ...data });
  }

  protected override onMetrics(key: string, metrics: Record<string, unknown>): void {
    this.emitted.push({ kind: 'metrics', key, metrics });
  }

  protected override onFinish(): void {
    this.emitted.push({ kind: 'finish' });
  }

  protected override onDeprecation(text: string): void {
    this.deprecations.push(text);
  }
}

/** A recorded call on a logger, with what came of it. */
export interface RecordedCall {
  readonly advance_seconds?: number;
  readonly call: readonly [name: string, ...args: unknown[]];
  readonly named?: { readonly step?: string; readonly category?: string };
  readonly emitted: readonly Emitted[];
  readonly error?: { readonly type: string; readonly message: string };
  readonly deprecation_warning?: string | true;
}

/** Makes a recorded call; returns what was thrown. */
export function replay(logger: RecordingLogger, { advance_seconds = 0, call, named = {} }: RecordedCall): unknown {
  logger.advance(advance_seconds);
  const [name, ...args] = call;
  try {
    methodOf(logger, name)(args, named);
    return undefined;
  } catch (error) {
    return error;
  }
}

type Replay = (args: readonly unknown[], named: NonNullable<RecordedCall['named']>) => unknown;

function methodOf(logger: RecordingLogger, name: string): Replay {
  const methods: Record<string, Replay> = {
    set_progress: ([current, total], { step, category }) =>
      logger.setProgress(current as number, total as number, step, category),
    set_progress_failed: ([category]) => logger.setProgressFailed(category as string | undefined),
    set_metrics: ([value, key], { step, category }) =>
      logger.setMetrics(value as Record<string, unknown>, (key as string | undefined) ?? step, category),
    set_step: ([step]) => logger.setStep(step as string | null),
    finish: () => logger.finish(),
    log: ([level, event, data, file, step]) =>
      logger.log(level as never, event as string, data as Record<string, unknown>, {
        file: file as string | undefined,
        step: step as string | undefined,
      }),
    info: ([message]) => logger.info(message as string),
    debug: ([message]) => logger.debug(message as string),
    warning: ([message]) => logger.warning(message as string),
    error: ([message]) => logger.error(message as string),
    critical: ([message]) => logger.critical(message as string),
  };
  const method = methods[name];
  if (!method) throw new Error(`the recorded case calls ${name}, which this test does not know`);
  return method;
}

/** The code that stands for an error of the original. */
export const CODE_OF: Readonly<Record<string, string>> = {
  ValueError: 'SYN_REPORTING_VALUE',
  TypeError: 'SYN_REPORTING_VALUE',
  RuntimeError: 'SYN_LOGGER_FINISHED',
};
