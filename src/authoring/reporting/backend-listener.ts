import { BackendSender, type BackendSenderOptions, type Undelivered } from './backend-sender.js';
import { type LoggerBackend, toLogEntry } from './logger-backend.interface.js';
import {
  isTerminal,
  type LogEventData,
  type MetricsEventData,
  type ProgressEventData,
  type RunEvent,
} from './run-event.js';
import type { RunObserver } from './run-listener.js';

/** Shows one run on a platform: logs, progress and metrics go there in the background. */
export class BackendListener implements RunObserver {
  private readonly sender: BackendSender;

  /** @param jobId - The platform's job that the run belongs to. */
  constructor(backend: LoggerBackend, jobId: string, options?: BackendSenderOptions) {
    this.sender = new BackendSender(backend, jobId, options);
  }

  /** What the platform did not get, once the run has ended. */
  get undelivered(): Undelivered | undefined {
    return this.sender.undelivered;
  }

  /** Takes one event. At the run's end it waits until the platform has everything or the time for that is over. */
  onEvent(event: RunEvent): void | Promise<void> {
    const id = `${event.run_id}:${event.seq}`;
    if (event.type === 'log') {
      const data = event.data as unknown as LogEventData;
      this.sender.log(id, toLogEntry(data, Date.parse(event.time) / 1000));
    } else if (event.type === 'progress') {
      const { key, percent, time_remaining, elapsed_time, status } = event.data as unknown as ProgressEventData;
      this.sender.progress(id, key, { percent, time_remaining, elapsed_time, status });
    } else if (event.type === 'metrics') {
      const { key, metrics } = event.data as unknown as MetricsEventData;
      this.sender.metrics(id, key, metrics);
    } else if (isTerminal(event.type)) {
      return this.sender.finish();
    }
  }
}
