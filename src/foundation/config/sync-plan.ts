import { entrypointKey, isSameEntrypoint } from './entrypoint-form.js';
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
  const entries = new EntrypointIndex(Object.entries(actions).map(([key, entry]) => [entrypointIn(entry), key]));
  const code = new EntrypointIndex(discovered.map(({ entrypoint }) => [entrypoint, entrypoint]));
  const isInCode = (entry: unknown) => code.find(entrypointIn(entry)).length > 0;
  const planClaims = ([name, claims]: [string, readonly DiscoveredAction[]]): (EntryChange | SyncConflict)[] => {
    const updates = claims.flatMap((action) =>
      entries.find(action.entrypoint).flatMap((key) => planUpdate(key, actions[key], action, repoint)),
    );
    const [open] = claims.filter(({ entrypoint }) => entries.find(entrypoint).length === 0);
    if (open === undefined) return updates;
    if (claims.length > 1) return [...updates, duplicate(name, claims)];
    if (!Object.hasOwn(actions, name)) return [...updates, planAdd(open)];
    if (isInCode(actions[name])) return [...updates, taken(open, actions[name])];
    return [...updates, ...planUpdate(name, actions[name], open, repoint)];
  };
  const outcomes = [...byName(discovered)].flatMap(planClaims);
  const conflicts = outcomes.filter((outcome) => 'message' in outcome);
  const changes = outcomes.filter((outcome) => 'set' in outcome);
  const names = new Set(discovered.map(({ name }) => name));
  // An entry is not stale while the code has what it names, be it under another name.
  const stale = Object.keys(actions).filter((key) => !names.has(key) && !isInCode(actions[key]));
  const removals = prune
    ? stale.map((action): EntryChange => ({ action, kind: 'remove', set: {}, description: 'removed' }))
    : [];
  return { changes: [...changes, ...removals], conflicts, stale };
}

/** Finds things by an entrypoint, in whatever form it is written. */
class EntrypointIndex {
  private readonly known = new Map<string, { readonly entrypoint: string; readonly value: string }[]>();

  constructor(pairs: readonly (readonly [entrypoint: unknown, value: string])[]) {
    for (const [entrypoint, value] of pairs) {
      if (typeof entrypoint !== 'string') continue;
      const key = entrypointKey(entrypoint);
      const present = this.known.get(key);
      if (present) present.push({ entrypoint, value });
      else this.known.set(key, [{ entrypoint, value }]);
    }
  }

  find(entrypoint: unknown): string[] {
    if (typeof entrypoint !== 'string') return [];
    const candidates = this.known.get(entrypointKey(entrypoint)) ?? [];
    return candidates.filter((known) => isSameEntrypoint(known.entrypoint, entrypoint)).map(({ value }) => value);
  }
}

function entrypointIn(entry: unknown): unknown {
  return isMapping(entry) ? entry['entrypoint'] : entry;
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

/** The name of code without an entry, in use for other code that is there as well: to repoint it would orphan that. */
function taken({ name: action, entrypoint }: DiscoveredAction, entry: unknown): SyncConflict {
  const message = `the name of action '${action}' at ${entrypoint} is taken by the entry for ${kindOf(entrypointIn(entry))}; add an entry with another name for it, or rename it in @Action`;
  return { action, kind: 'duplicate_name', message };
}

function planAdd({ name: action, entrypoint, inputType, outputType }: DiscoveredAction): EntryChange {
  const set = given({ entrypoint, input_type: inputType, output_type: outputType });
  return { action, kind: 'add', set, description: `added (${inWords(set)})` };
}

function planUpdate(
  action: string,
  entry: unknown,
  { entrypoint, inputType, outputType }: DiscoveredAction,
  repoint: boolean,
): (EntryChange | SyncConflict)[] {
  const present = typeof entry === 'string' ? { entrypoint: entry } : (entry ?? {});
  if (!isMapping(present)) {
    const message = `the entry of action '${action}' is ${kindOf(entry)}; make it an entrypoint or a mapping`;
    return [{ action, kind: 'not_editable', message }];
  }
  const pointsAt = pointing(present['entrypoint'], entrypoint);
  if (pointsAt === 'elsewhere' && !repoint) {
    const message = `action '${action}' points at ${kindOf(present['entrypoint'])}, but the code has it at '${entrypoint}'; correct the entry, or allow it to be repointed`;
    return [{ action, kind: 'repointed', message }];
  }
  const set = given({
    entrypoint: pointsAt === 'here' ? undefined : entrypoint,
    // A type that the code does not declare never clears what the file says.
    input_type: inputType === present['input_type'] ? undefined : inputType,
    output_type: outputType === present['output_type'] ? undefined : outputType,
  });
  return Object.keys(set).length === 0 ? [] : [{ action, kind: 'update', set, description: inWords(set) }];
}

function pointing(present: unknown, found: string): 'here' | 'elsewhere' | 'nowhere' {
  if (present === undefined || present === null || present === '') return 'nowhere';
  return typeof present === 'string' && isSameEntrypoint(present, found) ? 'here' : 'elsewhere';
}

function given(values: Record<SyncedKey, string | undefined>): Partial<Record<SyncedKey, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function inWords(set: Partial<Record<SyncedKey, string>>): string {
  return Object.entries(set)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
