import { EventFlusher } from '../../src/authoring/reporting/event-flusher.js';
import { CollectingSink } from '../../src/authoring/reporting/reporting.fixture.js';
import { LogLevel } from '../../src/authoring/reporting/log-level.js';
import { RunEventStream } from '../../src/authoring/reporting/run-event-stream.js';
import { RunLogger } from '../../src/authoring/reporting/run-logger.js';
import { recordedCase } from './recorded-case.js';
import { type RecordedExecution, type RecordedStep, comparable, executeRecorded } from './recorded-steps.js';
import { RecordingLogger, type Emitted } from './recording-logger.js';

const { input, expected } = recordedCase<
  { readonly steps: readonly RecordedStep[] },
  RecordedExecution & { readonly logger_events: Emitted[] }
>('C16');

/** What the recorded step `load` reports, between the orchestrator's own calls. */
function report(logger: RecordingLogger | RunLogger): void {
  logger.setStep('load');
  logger.log(LogLevel.Info, 'inside', { s: 'load' });
  logger.setProgress(1, 2);
  logger.setMetrics({ m: 1 });
  logger.setStep(null);
}

describe('C16: reports from within a step', () => {
  it('D15: are keyed by the step when an orchestrator runs it, and log entries are tagged with it (a fix)', async () => {
    const logger_events = expected.logger_events.map((event) =>
      event.kind === 'log' ? { ...event, step: 'load' } : event,
    );

    expect(await executeRecorded(input.steps)).toEqual({ ...comparable(expected), logger_events });
  });

  it('are keyed by the step, and where the original left the log without a step it is tagged (a fix, D15)', () => {
    const logger = new RecordingLogger();
    report(logger);

    expect(logger.emitted).toEqual(
      expected.logger_events.map((event) => (event.kind === 'log' ? { ...event, step: 'load' } : event)),
    );
  });

  it('are the same in the stream of a run, but for an estimate from a single report (a fix, D40)', () => {
    const sink = new CollectingSink();
    const stream = new RunEventStream({ runId: 'r1', attempt: 1, sink, flusher: new EventFlusher() });
    report(new RunLogger(stream));
    stream.flush();

    const [log, progress, metrics] = expected.logger_events.map(({ kind: _kind, ...data }) => data);
    expect(sink.events.map(({ type, data }) => [type, data])).toEqual([
      ['log', { ...log, step: 'load' }],
      ['progress', { ...progress, time_remaining: null, overall: 50, current: 1, total: 2 }],
      ['metrics', metrics],
    ]);
  });
});
