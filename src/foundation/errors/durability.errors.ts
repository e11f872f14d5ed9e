import { PluginError } from './plugin.errors.js';
import { type StepUndoReport, withoutCause } from './step.errors.js';

/**
 * The run belongs to another process now, or nobody knows whose it is: its lease is over. What this process did after that is not written
 * down; the run goes on elsewhere, or can be resumed.
 */
export class LeaseLostError extends PluginError {
  readonly code = 'SYN_LEASE_LOST';
  readonly kind = 'execution';

  /** @param reason - How it was noticed. */
  constructor(runId: string, reason: string, cause?: unknown) {
    super(
      `Run ${runId} is not this process's any more: ${reason}. Look with \`synapse run show ${runId}\`; if nobody goes on with it, \`synapse run resume ${runId}\` does.`,
      { cause, retryable: true, details: { run_id: runId, reason } },
    );
  }
}

/** The run is being executed by a process that is alive, or may be. */
export class RunOwnedError extends PluginError {
  readonly code = 'SYN_RUN_OWNED';
  readonly kind = 'usage';

  /** @param owner - The process, in words. */
  constructor(runId: string, owner: string) {
    super(
      `Run ${runId} is being executed by ${owner}. Wait for it, or tell it to end with \`synapse run cancel ${runId}\`.`,
      { details: { run_id: runId, owner } },
    );
  }
}

/** The run is over, and what was asked for needs one that is not, or one whose steps can still be undone. */
export class RunEndedError extends PluginError {
  readonly code = 'SYN_RUN_ENDED';
  readonly kind = 'usage';

  /** @param cure - What to do instead. */
  constructor(runId: string, status: string, cure: string) {
    super(`Run ${runId} is over: it is ${status}. ${cure}`, { details: { run_id: runId, status } });
  }
}

/** A run cannot go on, because its params hold secrets that the store does not keep, and nobody has given them again. */
export class SecretMissingError extends PluginError {
  readonly code = 'SYN_SECRET_MISSING';
  readonly kind = 'validation';

  /** @param missing - Dotted paths of the params. */
  constructor(
    runId: string,
    readonly missing: readonly string[],
  ) {
    super(
      `Run ${runId} needs secrets that are not kept with it: ${missing.join(', ')}. Give them again with --params or --set, or in the environment variable that they came from.`,
      { details: { run_id: runId, missing } },
    );
  }
}

/** A step was to note something with its run that holds a secret of the params. It is not kept: without the secret, the note would say something else. */
export class NoteSecretError extends PluginError {
  readonly code = 'SYN_NOTE_SECRET';
  readonly kind = 'execution';

  constructor(
    noteName: string,
    /** Dotted paths of what holds a secret, in the note. */
    readonly paths: readonly string[],
  ) {
    super(
      `The note '${noteName}' of a step holds a secret of the run's params, in ${paths.join(', ')}, and cannot be kept with the run. Note what does not hold it; a secret of a few characters is found by chance, so take a longer one.`,
      { details: { note: noteName, paths } },
    );
  }
}

/** Some steps of a run could not be undone. Their undo can be tried again. */
export class UndoFailedError extends PluginError {
  readonly code = 'SYN_UNDO_FAILED';
  readonly kind = 'execution';

  constructor(
    runId: string,
    /** How each undo went, in the order of undoing. */
    readonly undone: readonly StepUndoReport[],
  ) {
    const failed = undone.filter(({ ok }) => !ok);
    const told = failed.map(({ step, error }) => `'${step}' (${error || 'without a message'})`).join(', ');
    super(
      `The undo of run ${runId} is not complete: ${told}. Remove what stands in its way, then try again with \`synapse run undo ${runId}\`.`,
      {
        retryable: true,
        details: { run_id: runId, undone: [...undone].map(withoutCause) },
      },
    );
  }
}
