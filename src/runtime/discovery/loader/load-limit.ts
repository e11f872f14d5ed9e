import { PluginLoadError } from '../../../foundation/errors/config.errors.js';

/** Longest time that one stage of loading a plugin may take, in milliseconds. */
export const LOAD_TIMEOUT_MS = 60_000;

/** What is waited for, in words. */
export interface LoadStage {
  /** Where the plugin is from: a folder or a package. */
  readonly plugin: string;
  /** What its code is doing, e.g. `the import of its files`. */
  readonly stage: string;
  /** @defaultValue {@link LOAD_TIMEOUT_MS} */
  readonly timeoutMs?: number;
}

/**
 * What `work` comes to. A plugin may await what never comes, at the top of a file or in a hook; then whoever loads it must hear of it:
 * at once where nothing is left that could wake the process, else when the time is over.
 *
 * @throws {@link PluginLoadError} in these two cases. The work itself cannot be stopped.
 */
export async function withinLoadLimit<T>(
  { plugin, stage, timeoutMs = LOAD_TIMEOUT_MS }: LoadStage,
  work: () => Promise<T>,
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const giveUp = (reason: string): void =>
    limit.reject(
      new PluginLoadError(
        `The plugin in ${plugin} does not finish loading: ${reason}. Load data within an action, and await only what ends.`,
        { details: { path: plugin, stage } },
      ),
    );
  const onIdle = (): void => giveUp(`${stage} awaits something that nothing can settle any more`);
  // Must not keep the process awake itself: then it would never be seen to be idle.
  const timer = setTimeout(() => giveUp(`${stage} takes more than ${timeoutMs} ms`), timeoutMs).unref();
  process.once('beforeExit', onIdle);
  try {
    return await Promise.race([work(), limit.promise]);
  } finally {
    clearTimeout(timer);
    process.off('beforeExit', onIdle);
  }
}
