import { PluginError } from './plugin.errors.js';

/** What of a step was not the same when it was executed again. */
export interface ReplayDifference {
  readonly step: string;
  /** What the journal would have said: the step's `result`, its `rollback_data`, or the shared `context`. */
  readonly what: 'result' | 'rollback_data' | 'context';
  readonly first: unknown;
  readonly again: unknown;
}

/** A step came to something else when it was executed again from the journal: after a crash, the run would not go on as it was. */
export class ReplayMismatchError extends PluginError {
  readonly code = 'SYN_REPLAY_MISMATCH';
  readonly kind = 'execution';

  constructor(readonly differences: readonly ReplayDifference[]) {
    const places = differences.map(({ step, what }) => `${what} of step '${step}'`).join(', ');
    super(
      `Executed again from the journal, steps came to something else: ${places}. Make random values and times once, keep them in the context, and make ids from ctx.idempotencyKey.`,
      { details: { differences } },
    );
  }
}
