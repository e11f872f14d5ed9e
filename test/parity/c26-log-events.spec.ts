import { RuntimeContext, type RunBinding } from '../../src/authoring/context/runtime-context.js';
import { ConsoleLogger } from '../../src/authoring/reporting/console-logger.js';
import { LogLevel } from '../../src/authoring/reporting/log-level.js';
import { toLogEntry } from '../../src/authoring/reporting/logger-backend.interface.js';
import { TextStream } from '../../src/authoring/reporting/reporting.fixture.js';
import { SynapseError } from '../../src/foundation/errors/synapse.error.js';
import { recordedCase } from './recorded-case.js';
import { CODE_OF, type Emitted, type RecordedCall, RecordingLogger, replay } from './recording-logger.js';

interface Expected {
  readonly logger: RecordedCall[];
  readonly all_metrics: Record<string, unknown>;
  readonly log_entry_serialized: Record<string, unknown>;
  readonly runtime_context_events: Emitted[];
  readonly console_lines: string[];
}

const { expected } = recordedCase<unknown, Expected>('C26');

/** `LogLevel.X` is the member, as in the case's own note; a bare string stays one. */
function withLevels(recorded: RecordedCall): RecordedCall {
  const call = recorded.call.map((arg) =>
    typeof arg === 'string' && arg.startsWith('LogLevel.') ? arg.slice('LogLevel.'.length).toLowerCase() : arg,
  );
  return { ...recorded, call: call as unknown as RecordedCall['call'] };
}

/** The recorded texts name Python's types; ours name JavaScript's. */
function inOurWords(message: string): string {
  return message.replace('a dict', 'an object').replace('got list', 'got array');
}

describe('C26: log, metrics and context events', () => {
  const logger = new RecordingLogger();
  const outcomes = expected.logger.map((recorded) => {
    const from = logger.emitted.length;
    const warned = logger.deprecations.length;
    const thrown = replay(logger, withLevels(recorded));
    return { recorded, thrown, emitted: logger.emitted.slice(from), hasWarned: logger.deprecations.length > warned };
  });
  // A level is its name here, so the one recorded call that gives the bare name is a right one: a difference of languages.
  const isBareLevel = ({ recorded }: (typeof outcomes)[number]): boolean =>
    recorded.error?.message.startsWith('level must be a LogLevel') === true;
  const titled = (list: typeof outcomes) => list.map((outcome) => [JSON.stringify(outcome.recorded.call), outcome] as const);

  it.each(titled(outcomes.filter((outcome) => !isBareLevel(outcome))))(
    '%s emits and throws what the original did',
    (_call, { recorded, thrown, emitted, hasWarned }) => {
      expect(emitted).toEqual(recorded.emitted);
      expect(hasWarned).toBe(recorded.deprecation_warning === true);
      if (recorded.error === undefined) {
        expect(thrown).toBeUndefined();
      } else {
        expect(SynapseError.is(thrown) && thrown.code).toBe(CODE_OF[recorded.error.type]);
        expect((thrown as Error).message.startsWith(inOurWords(recorded.error.message))).toBe(true);
      }
    },
  );

  it('takes the bare name of a level, and refuses a name that is none', () => {
    expect(outcomes.filter(isBareLevel).map(({ thrown }) => thrown)).toEqual([undefined]);

    const thrown = replay(new RecordingLogger(), { call: ['log', 'loud', 'evt', {}], emitted: [] });
    expect(thrown).toMatchObject({ code: 'SYN_REPORTING_VALUE', message: expect.stringContaining('level must be a LogLevel') });
  });

  it('keeps all metrics by key', () => {
    expect(logger.getMetrics()).toEqual(expected.all_metrics);
  });

  it('serialises a log entry with the same keys in the same order', () => {
    const entry = toLogEntry({ event: 'e', data: { a: 1 }, file: 'f', step: 's', level: 'warning' }, 1.5);

    expect(JSON.stringify(entry)).toBe(JSON.stringify(expected.log_entry_serialized));
  });

  it('reports the same through the context of a run', () => {
    const contextLogger = new RecordingLogger();
    const context = new RuntimeContext({ logger: contextLogger } as unknown as RunBinding);
    context.log('ev', { a: 1 }, 'f.bin');
    context.setProgress(1, 2, 'cat');
    context.setProgress(1, 2);
    context.setMetrics({ a: 1 }, 'cat');
    context.logMessage('m');
    context.logMessage('m', 'danger');
    context.logDevEvent('d');
    context.logDevEvent('d', { x: 1 });
    context.endLog();

    expect(contextLogger.emitted).toEqual(expected.runtime_context_events);
    expect(contextLogger.deprecations).toEqual([]);
  });

  it('writes the same lines to the console, with JSON for data and a word for a missing estimate (fixes)', () => {
    const stream = new TextStream();
    const console = new ConsoleLogger({ stream, clock: { now: () => 0, monotonicMs: () => 0 } });
    console.info('hi');
    console.log(LogLevel.Error, 'ev', { a: 1 }, { file: 'not-shown.png', step: 'st' });
    console.setProgress(0, 4);
    console.setProgress(1, 4);
    console.setProgress(1, 2, 'st');
    console.setMetrics({ a: 1 }, 'm');
    console.setProgressFailed('x');

    const asJson = (line: string): string =>
      line.replace(/\{.*\}/, (literal) => literal.replaceAll("'", '"').replaceAll(': ', ':')).replace('Nones', 'unknown');
    expect(stream.lines).toEqual(expected.console_lines.map(asJson));
  });

  it('filters console lines by level', () => {
    const stream = new TextStream();
    const console = new ConsoleLogger({ stream, minimumLevel: LogLevel.Warning });
    console.info('no');
    console.setProgress(1, 2);
    console.warning('yes');

    expect(stream.lines).toEqual(['WARNING: warning {"message":"yes"}']);
  });
});
