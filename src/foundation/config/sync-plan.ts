import { isSameEntrypoint } from './entrypoint-form.js';
import { isMapping, kindOf } from './read-mapping.js';

/** An action as a scan of the code found it. */
export interface DiscoveredAction {
  readonly name: string;
  /** `path/to/file:ClassName`, relative to the plugin folder. */
  readonly entrypoint: string;
  /** Name of the semantic type the code declares, if it does. */
  readonly inputType?: string;
  readonly outputType?: string;
}

/** Something that a sync must not decide by itself. */
export interface SyncConflict {
  readonly action: string;
  /**
   * - `duplicate_name`: more than one class or method claims the name
   * - `repointed`: the entry names other code than was found under its name
   * - `not_editable`: the entry is written so that it cannot be changed without changing others, e.g. as an alias
   */
  readonly kind: 'duplicate_name' | 'repointed' | 'not_editable';
  /** What is wrong and what to do, as a sentence without its full stop. */
  readonly message: string;
}

/** How far a sync may go. */
export interface SyncPlanOptions {
  /** Whether entries of actions that the code does not have are removed. @defaultValue false */
  readonly prune?: boolean;
  /** Whether an entry that names other code is pointed at what was found. @defaultValue false: a conflict */
  readonly repoint?: boolean;
}

/** The keys of an entry that a sync writes. */
export type SyncedKey = 'entrypoint' | 'input_type' | 'output_type';

/** One entry that is to be written or removed. */
export interface EntryChange {
  readonly action: string;
  readonly kind: 'add' | 'update' | 'remove';
  /** Keys to set, in the order in which they are written. */
  readonly set: Readonly<Partial<Record<SyncedKey, string>>>;
  /** The change in words, e.g. `added (entrypoint=plugin/acts:Train)`. */
  readonly description: string;
}

/** What a sync would do. */
export interface SyncPlan {
  readonly changes: readonly EntryChange[];
  readonly conflicts: readonly SyncConflict[];
  /** Actions of the file that the code does not have, in the file's order. */
  readonly stale: readonly string[];
}

/**
 * Compares the entries of a file with what the code has.
 *
 * @param actions - The mapping under `actions`, as plain values.
 */
export function planSync(
  actions: Readonly<Record<string, unknown>>,
  discovered: readonly DiscoveredAction[],
  { prune = false, repoint = false }: SyncPlanOptions = {},
): SyncPlan {
  const changes: EntryChange[] = [];
  const conflicts: SyncConflict[] = [];
  for (const [name, claims] of byName(discovered)) {
    const [action, ...others] = claims;
    if (action === undefined) continue;
    const outcome =
      others.length > 0
        ? duplicate(name, claims)
        : planAction(action, Object.hasOwn(actions, name), actions[name], repoint);
    if (outcome === undefined) continue;
    if ('message' in outcome) conflicts.push(outcome);
    else changes.push(outcome);
  }
  const stale = staleOf(actions, discovered);
  const removals = prune
    ? stale.map((action): EntryChange => ({ action, kind: 'remove', set: {}, description: 'removed' }))
    : [];
  return { changes: [...changes, ...removals], conflicts, stale };
}

/** The claims on each name, without repetitions of the same code. */
function byName(discovered: readonly DiscoveredAction[]): Map<string, DiscoveredAction[]> {
  const claims = new Map<string, DiscoveredAction[]>();
  for (const action of discovered) {
    const known = claims.get(action.name) ?? [];
    if (!known.some(({ entrypoint }) => isSameEntrypoint(entrypoint, action.entrypoint))) known.push(action);
    claims.set(action.name, known);
  }
  return claims;
}

function duplicate(action: string, claims: readonly DiscoveredAction[]): SyncConflict {
  const owners = claims.map(({ entrypoint }) => entrypoint).join(' and ');
  const message = `action '${action}' is claimed by ${owners}; give all but one another name in @Action`;
  return { action, kind: 'duplicate_name', message };
}

function planAction(
  found: DiscoveredAction,
  exists: boolean,
  entry: unknown,
  repoint: boolean,
): EntryChange | SyncConflict | undefined {
  const { name: action, entrypoint } = found;
  const types = { input_type: found.inputType, output_type: found.outputType };
  if (!exists) {
    const set = given({ entrypoint, ...types });
    return { action, kind: 'add', set, description: `added (${inWords(set)})` };
  }
  const present = typeof entry === 'string' ? { entrypoint: entry } : (entry ?? {});
  if (!isMapping(present)) {
    const message = `the entry of action '${action}' is ${kindOf(entry)}; make it an entrypoint or a mapping`;
    return { action, kind: 'not_editable', message };
  }
  const pointsAt = pointing(present['entrypoint'], entrypoint);
  if (pointsAt === 'elsewhere' && !repoint) {
    const message = `action '${action}' points at ${kindOf(present['entrypoint'])}, but the code has it at '${entrypoint}'; correct the entry, or allow it to be repointed`;
    return { action, kind: 'repointed', message };
  }
  const set = given({
    entrypoint: pointsAt === 'here' ? undefined : entrypoint,
    // A type that the code does not declare never clears what the file says.
    input_type: types.input_type === present['input_type'] ? undefined : types.input_type,
    output_type: types.output_type === present['output_type'] ? undefined : types.output_type,
  });
  return Object.keys(set).length === 0 ? undefined : { action, kind: 'update', set, description: inWords(set) };
}

function pointing(present: unknown, found: string): 'here' | 'elsewhere' | 'nowhere' {
  if (present === undefined || present === null || present === '') return 'nowhere';
  return typeof present === 'string' && isSameEntrypoint(present, found) ? 'here' : 'elsewhere';
}

/** An entry is not stale while the code has what it names, be it under another name. */
function staleOf(actions: Readonly<Record<string, unknown>>, discovered: readonly DiscoveredAction[]): string[] {
  const names = new Set(discovered.map(({ name }) => name));
  return Object.entries(actions).flatMap(([name, entry]) => {
    const entrypoint = isMapping(entry) ? entry['entrypoint'] : entry;
    const isKnown =
      typeof entrypoint === 'string' && discovered.some((found) => isSameEntrypoint(found.entrypoint, entrypoint));
    return names.has(name) || isKnown ? [] : [name];
  });
}

function given(values: Record<SyncedKey, string | undefined>): Partial<Record<SyncedKey, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function inWords(set: Partial<Record<SyncedKey, string>>): string {
  return Object.entries(set)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
