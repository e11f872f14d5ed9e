import { isLeft } from '../../../runtime/run-store/run-lease.js';
import { isFinal } from '../../../runtime/run-store/run-record.js';
import { shownStoreWord } from '../../../runtime/run-store/run-store-of.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';

/** Most runs that are looked at: more than so many that go on at once are somebody else's concern than a terminal's. */
const MAX_RUNS = 200;

/**
 * One line on runs of a plugin whose processes were killed, and how to go on with the newest; undefined when there is none.
 *
 * @param pluginPath - Absolute path of the plugin's folder.
 * @param storeWord - What `--store` says, to be said again without a password.
 */
export async function interruptedNote(
  store: RunStore,
  pluginPath: string,
  storeWord: string | undefined,
): Promise<string | undefined> {
  if (!store.isDurable) return undefined;
  const leased = await store.expired(Number.MAX_SAFE_INTEGER, MAX_RUNS);
  const interrupted = leased.filter(
    (run) => run.plugin_path === pluginPath && run.parent_id === undefined && isLeft(run),
  );
  const newest = interrupted.reduce<(typeof interrupted)[number] | undefined>(
    (first, run) => (first && first.id > run.id ? first : run),
    undefined,
  );
  if (!newest) return undefined;
  const word = isFinal(newest.status) ? 'undo' : 'resume';
  const option = storeWord === undefined ? '' : ` --store ${quoted(shownStoreWord(storeWord))}`;
  const others = interrupted.length - 1;
  const more = others === 0 ? '' : ` (${others} more: synapse run list --status running${option})`;
  return `Run ${newest.id} of '${newest.action}' was interrupted. Go on with it: synapse run ${word} ${newest.id}${option}${more}`;
}

/** As a shell takes it: a URL with several parameters has what would end the command. */
function quoted(word: string): string {
  return word.includes('&') ? `'${word}'` : word;
}
