import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import { ConfigInvalidError } from '../errors/config.errors.js';
import { SynapseError } from '../errors/synapse.error.js';
import { isMapping, kindOf } from './read-mapping.js';
import {
  planSync,
  type DiscoveredAction,
  type EntryChange,
  type SyncConflict,
  type SyncPlanOptions,
} from './sync-plan.js';
import { parseYamlMapping, type YamlDocument } from './yaml-document.js';
import { YamlEditor } from './yaml-editor.js';
import type { NewPair } from './yaml-text.js';

/** How a sync works. */
export interface SyncOptions extends SyncPlanOptions {
  /** Name of the file; only error messages use it. @defaultValue `config.yaml` */
  readonly path?: string;
}

/** What a sync came to. */
export interface SyncResult {
  /** The file's new text: the old one where nothing changed. Entries in conflict are as they were. */
  readonly text: string;
  readonly isChanged: boolean;
  /** What was done, by action. Empty when file and code agree. */
  readonly changes: Readonly<Record<string, string>>;
  /** What a person must decide; nothing should be written while there is something here. */
  readonly conflicts: readonly SyncConflict[];
  /** Actions of the file that the code does not have, removed or not. */
  readonly stale: readonly string[];
}

/**
 * Brings the `actions` of a config.yaml up to what a scan of the code found. Adds entries, and sets entrypoints and types;
 * never clears a type, never rewrites an entrypoint that means the same, and leaves every byte alone that is not part of
 * a change.
 *
 * @throws {@link ConfigInvalidError} when the text is not YAML, or `actions` is not a mapping.
 */
export function syncConfig(
  text: string,
  discovered: readonly DiscoveredAction[],
  options: SyncOptions = {},
): SyncResult {
  const path = options.path ?? 'config.yaml';
  const yaml = parseYamlMapping(text, path);
  const plan = planSync(actionsOf(yaml.values, path), discovered, options);
  const { edited, refused } = applyChanges(yaml, plan.changes);
  const done = plan.changes.filter((change) => !refused.includes(change));
  return {
    text: edited,
    isChanged: edited !== text,
    changes: Object.fromEntries(done.map(({ action, description }) => [action, description])),
    conflicts: [...plan.conflicts, ...refused.map(notEditable)],
    stale: plan.stale,
  };
}

function actionsOf(values: Record<string, unknown>, path: string): Record<string, unknown> {
  const actions = values['actions'] ?? {};
  if (isMapping(actions)) return actions;
  const message = `must be a mapping of names to actions, got ${kindOf(actions)}`;
  throw new ConfigInvalidError(path, [{ path: 'actions', code: 'dict_type', message }]);
}

function notEditable({ action, description }: EntryChange): SyncConflict {
  const message = `the entry of action '${action}' is written so that it cannot get '${description}' without a change elsewhere, e.g. by an alias or an anchor; write it out`;
  return { action, kind: 'not_editable', message };
}

/** All changes at once; only where that does not come out as meant, one by one, to find those that do not work. */
function applyChanges(yaml: YamlDocument, changes: readonly EntryChange[]): { edited: string; refused: EntryChange[] } {
  if (changes.length === 0) return { edited: yaml.text, refused: [] };
  const kept = changes.filter(({ kind }) => kind !== 'remove');
  const together = edit(yaml, kept);
  let current = together ?? yaml;
  const refused: EntryChange[] = [];
  // Removals depend on what else is left, so each sees the file as the one before left it.
  for (const change of together === undefined ? changes : changes.filter(({ kind }) => kind === 'remove')) {
    const next = edit(current, [change]);
    if (next === undefined) refused.push(change);
    else current = next;
  }
  return { edited: current.text, refused };
}

/** The file with the changes made; undefined when it would not mean exactly what it should. */
function edit(yaml: YamlDocument, changes: readonly EntryChange[]): YamlDocument | undefined {
  if (changes.length === 0) return yaml;
  const editor = new YamlEditor(yaml.text, yaml.document);
  const isKnownShape = editEntries(editor, yaml, changes);
  const text = isKnownShape ? editor.apply() : undefined;
  if (text === undefined) return undefined;
  try {
    const edited = parseYamlMapping(text, '');
    return isDeepStrictEqual(edited.values, expected(yaml.values, changes)) ? edited : undefined;
  } catch (error) {
    if (SynapseError.is(error)) return undefined;
    throw error;
  }
}

function editEntries(editor: YamlEditor, { document }: YamlDocument, changes: readonly EntryChange[]): boolean {
  const root = isMap(document.contents) ? document.contents : null;
  const actionsPair = root ? findPair(root, 'actions') : undefined;
  const additions = changes
    .filter(({ kind }) => kind === 'add')
    .map((change): NewPair => ({ key: change.action, value: pairsOf(change) }));
  const others = changes.filter(({ kind }) => kind !== 'add');
  if (!root || !actionsPair) {
    return others.length === 0 && editor.addPairs(root, [{ key: 'actions', value: additions }]);
  }
  if (isEmpty(actionsPair.value)) return others.length === 0 && editor.fillEmpty(root, actionsPair, additions);
  return editPresentEntries(editor, actionsPair, others, additions);
}

function editPresentEntries(
  editor: YamlEditor,
  actionsPair: Pair,
  others: readonly EntryChange[],
  additions: readonly NewPair[],
): boolean {
  const actions = actionsPair.value;
  if (!isMap(actions)) return false;
  const isEdited = others.every((change) => editEntry(editor, actionsPair, actions, change));
  return isEdited && (additions.length === 0 || editor.addPairs(actions, additions));
}

function editEntry(editor: YamlEditor, owner: Pair, actions: YAMLMap, change: EntryChange): boolean {
  const pair = findPair(actions, change.action);
  if (!pair) return false;
  if (change.kind === 'remove') return editor.remove(actions, pair, owner);
  const entry = pair.value;
  const pairs = pairsOf(change);
  if (isEmpty(entry)) return editor.fillEmpty(actions, pair, pairs);
  if (isScalar(entry)) return editShortForm(editor, actions, pair, change);
  return isMap(entry) && editLongForm(editor, entry, pairs);
}

/** `name: entrypoint` stays short while there is nothing else to say. */
function editShortForm(editor: YamlEditor, actions: YAMLMap, pair: Pair, change: EntryChange): boolean {
  const { entrypoint } = change.set;
  const others = pairsOf(change).filter(({ key }) => key !== 'entrypoint');
  if (others.length > 0) return editor.expand(actions, pair, { key: 'entrypoint', value: entrypoint }, others);
  return entrypoint !== undefined && editor.setScalar(pair, entrypoint);
}

function editLongForm(editor: YamlEditor, entry: YAMLMap, pairs: readonly NewPair[]): boolean {
  const missing: NewPair[] = [];
  for (const added of pairs) {
    const present = findPair(entry, added.key);
    if (!present) missing.push(added);
    else if (typeof added.value !== 'string' || !editor.setScalar(present, added.value)) return false;
  }
  return missing.length === 0 || editor.addToEntry(entry, missing);
}

/** The values the file must have afterwards. */
function expected(values: Record<string, unknown>, changes: readonly EntryChange[]): Record<string, unknown> {
  const entries = new Map(Object.entries(isMapping(values['actions']) ? values['actions'] : {}));
  for (const { action, kind, set } of changes) {
    const entry = entries.get(action);
    const present = typeof entry === 'string' ? { entrypoint: entry } : isMapping(entry) ? entry : {};
    if (kind === 'remove') entries.delete(action);
    else if (typeof entry === 'string' && Object.keys(set).join() === 'entrypoint') entries.set(action, set.entrypoint);
    else entries.set(action, { ...present, ...set });
  }
  return { ...values, actions: Object.fromEntries(entries) };
}

function pairsOf({ set }: EntryChange): NewPair[] {
  return Object.entries(set).map(([key, value]) => ({ key, value }));
}

function findPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function isEmpty(node: unknown): boolean {
  return !node || (isScalar(node) && node.value === null) || (isMap(node) && node.items.length === 0);
}
