import { UsageError } from '../../foundation/errors/run.errors.js';

/** Where a run can take place. */
export const RunMode = {
  /** In this process. */
  Local: 'local',
  /** In a child process. */
  Process: 'process',
  /** On a persistent actor of a Ray cluster. */
  Task: 'task',
  /** As a Ray job of its own. */
  Job: 'job',
  /** As a deployment that answers requests. */
  Serve: 'serve',
  /** Through the platform's backend; for the CLI only. */
  Remote: 'remote',
} as const;
export type RunMode = (typeof RunMode)[keyof typeof RunMode];

const ALIASES: Readonly<Record<string, RunMode>> = { 'jobs-api': RunMode.Job };

/** Every word that {@link parseRunMode} takes. */
export const RUN_MODE_WORDS: readonly string[] = [...Object.values(RunMode), ...Object.keys(ALIASES)];

/**
 * The mode that `text` names; `jobs-api` is the original's word for `job`.
 *
 * @throws {@link UsageError} for any other word: a typo must not become another mode.
 */
export function parseRunMode(text: string): RunMode {
  const mode =
    Object.values(RunMode).find((known) => known === text) ??
    (Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined);
  if (!mode) {
    throw new UsageError(`Unknown mode '${text}'. Modes: ${RUN_MODE_WORDS.join(', ')}.`, {
      details: { mode: text, modes: RUN_MODE_WORDS },
    });
  }
  return mode;
}
