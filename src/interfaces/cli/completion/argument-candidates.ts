import { isPostgresUrl } from '../../../runtime/run-store/postgres/postgres-target.js';
import { openExistingStore } from '../run-stores.js';
import type { Candidate, Completion } from './candidate.js';
import { SHELLS } from './completion-scripts.js';

/** Most runs that are offered: the newest. */
const MAX_RUNS = 20;

/** What the options before an argument say. */
export interface ArgumentPlace {
  /** Folder of the plugin. */
  readonly path: string;
  /** File of the run store. @defaultValue the user's own */
  readonly store?: string;
}

const NOTHING: Completion = { candidates: [] };

/** What each kind of argument can be, by the name that its command gives it. This is no place for errors: who cannot tell offers nothing. */
const SOURCES: Readonly<Record<string, (place: ArgumentPlace) => Completion | Promise<Completion>>> = {
  shell: () => ({ candidates: SHELLS.map((value) => ({ value, description: '' })) }),
  action: async ({ path }) => ({ candidates: await actionsIn(path) }),
  pipeline: async ({ path }) => ({ candidates: await pipelinesIn(path) }),
  id: async ({ store }) => ({ candidates: await newestRuns(store) }),
  path: () => ({ complete: 'files' }),
  source: () => ({ complete: 'files' }),
  target: () => ({ complete: 'files' }),
};

/** What an argument can be. */
export async function candidatesForArgument(name: string | undefined, place: ArgumentPlace): Promise<Completion> {
  if (name === undefined || !Object.hasOwn(SOURCES, name)) return NOTHING;
  try {
    return (await SOURCES[name]?.(place)) ?? NOTHING;
  } catch {
    return NOTHING;
  }
}

/** Read without running the plugin's code. */
async function actionsIn(path: string): Promise<Candidate[]> {
  const { outlinePlugin } = await import('../../../runtime/discovery/plugin-outline.js');
  return outlinePlugin(path).actions.flatMap(({ name, description }) =>
    name === null ? [] : [{ value: name, description }],
  );
}

async function pipelinesIn(path: string): Promise<Candidate[]> {
  const { readPluginConfig } = await import('../../../foundation/config/plugin-config-file.js');
  const { pipelinesOf } = await import('../../../foundation/config/pipeline-config.js');
  return pipelinesOf(readPluginConfig(path).config).map(({ name, description }) => ({ value: name, description }));
}

/** Of a file only: a tab key waits for no server. */
async function newestRuns(word: string | undefined): Promise<Candidate[]> {
  if (word !== undefined && isPostgresUrl(word)) return [];
  const store = await openExistingStore(word);
  try {
    const runs = await store.list({ limit: MAX_RUNS });
    return runs.map(({ id, action, status, created_at: at }) => ({
      value: id,
      description: `${action}, ${status}, ${new Date(at).toISOString()}`,
    }));
  } finally {
    await store.close();
  }
}
