import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { EventFlusher } from '../reporting/event-flusher.js';
import { CollectingSink } from '../reporting/reporting.fixture.js';
import { RunEventStream } from '../reporting/run-event-stream.js';
import { RunLogger } from '../reporting/run-logger.js';
import type { RunBinding } from './runtime-context.js';

/** A run without a runner: what a context needs to speak for one. */
export interface BoundRun<P> {
  readonly binding: RunBinding<P>;
  /** Stores what the run has reported so far, and gives it. */
  readonly reported: () => CollectingSink;
}

/** A run of the action `train` with these params. */
export function boundRun<P>(params: P, known: Partial<RunBinding<P>> = {}): BoundRun<P> {
  const sink = new CollectingSink();
  const stream = new RunEventStream({ runId: 'run-1', attempt: 1, sink, flusher: new EventFlusher() });
  const binding: RunBinding<P> = {
    runId: 'run-1',
    plugin: 'digits',
    action: 'train',
    attempt: 1,
    params,
    logger: new RunLogger(stream),
    env: new PluginEnvironment({ REGION: 'north' }),
    ports: {},
    signal: new AbortController().signal,
    workDir: '/runs/run-1',
    idempotencyKey: 'run-1',
    ...known,
  };
  return {
    binding,
    reported: () => {
      stream.flush();
      return sink;
    },
  };
}
