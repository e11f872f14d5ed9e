import { RunMethod } from './enums.js';
import { anything, isMapping, kindOf, listOf, mapping, oneOf, readMapping, text } from './read-mapping.js';
import type { FieldRule, ReadingPlace, ValueReader } from './read-mapping.js';

/** One action of a pipeline in config.yaml. Keys are the file's. */
export interface PipelineActionConfig {
  /** @defaultValue the action's */
  readonly name: string;
  readonly action: string;
  /** @defaultValue everything before it in the list */
  readonly after: readonly string[];
  readonly method?: RunMethod;
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly weight?: number;
}

/** The section of a plugin's configuration, as it is written. */
export interface PipelinesSection {
  readonly pipelines?: Readonly<Record<string, unknown>>;
}

/** A pipeline in config.yaml, every default filled in. */
export interface PipelineConfig {
  readonly name: string;
  readonly description: string;
  /** @defaultValue true */
  readonly strict: boolean;
  /** Empty for a pipeline that a file of the plugin holds. */
  readonly actions: readonly PipelineActionConfig[];
  /** `path/to/file:exportName` of a pipeline that a file of the plugin holds. */
  readonly entrypoint?: string;
}

const ACTION_RULES = {
  action: { read: text },
  name: { read: text, absent: 'absent' },
  after: { read: listOf(text), absent: 'absent' },
  method: { read: oneOf(RunMethod), absent: 'absent' },
  resources: { read: mapping, absent: 'absent' },
  weight: { read: atLeastZero, absent: 'absent' },
} as const satisfies Record<string, FieldRule>;

const PIPELINE_RULES = {
  actions: { read: anything, absent: 'absent' },
  entrypoint: { read: text, absent: 'absent' },
  description: { read: text, absent: 'absent' },
  strict: { read: trueOrFalse, absent: 'absent' },
} as const satisfies Record<string, FieldRule>;

/** Checks the pipelines of a configuration, which stay as they are written. */
export const pipelinesAsWritten: ValueReader = (value, place) => {
  const read = mapping(value, place);
  if (isMapping(read)) {
    for (const [name, entry] of Object.entries(read))
      readPipeline(name, entry, { ...place, path: `${place.path}.${name}` });
  }
  return read;
};

/** The pipelines of a configuration that was found valid, in the order in which they are written. */
export function pipelinesOf({ pipelines = {} }: PipelinesSection): readonly PipelineConfig[] {
  return Object.entries(pipelines).map(([name, entry]) => readPipeline(name, entry, { path: name, issues: [] }));
}

/** `nightly: file:export`, `nightly: [a, b]` and `nightly: { actions: [a, b] }` are all pipelines. */
function readPipeline(name: string, entry: unknown, place: ReadingPlace): PipelineConfig {
  const long = Array.isArray(entry)
    ? { actions: entry as unknown }
    : typeof entry === 'string'
      ? { entrypoint: entry }
      : entry;
  const read = readMapping(long, PIPELINE_RULES, place);
  refuseUnknown(read, PIPELINE_RULES, place);
  if (isMapping(long) && (read['actions'] === undefined) === (read['entrypoint'] === undefined)) {
    report(place, 'missing', `needs either 'actions', a list, or 'entrypoint', a path/to/file:exportName`);
  }
  const { description = '', strict = true, entrypoint } = read as Partial<PipelineConfig>;
  return { name, description, strict, actions: readActions(read['actions'], place), entrypoint };
}

function readActions(actions: unknown, place: ReadingPlace): PipelineActionConfig[] {
  if (actions === undefined) return [];
  const at = { ...place, path: `${place.path}.actions` };
  if (!Array.isArray(actions)) {
    report(at, 'list_type', `must be a list, got ${kindOf(actions)}`);
    return [];
  }
  if (actions.length === 0) report(at, 'empty', 'must name at least one action');
  const found: PipelineActionConfig[] = [];
  actions.forEach((item: unknown, index) => {
    const long = typeof item === 'string' ? { action: item } : item;
    const here = { ...at, path: `${at.path}.${index}` };
    const read = readMapping(long, ACTION_RULES, here);
    refuseUnknown(read, ACTION_RULES, here);
    const { action = '', name = action, after = endsOf(found), ...rest } = read as Partial<PipelineActionConfig>;
    found.push({ ...rest, action, name, after });
  });
  return found;
}

/** The actions that no other waits for so far: whoever waits for them waits for all. */
function endsOf(actions: readonly PipelineActionConfig[]): string[] {
  const awaited = new Set(actions.flatMap(({ after }) => after));
  return actions.map(({ name }) => name).filter((name) => !awaited.has(name));
}

/** A mistyped `after` would change the order in silence. */
function refuseUnknown(read: object, rules: object, place: ReadingPlace): void {
  for (const key of Object.keys(read)) {
    if (!Object.hasOwn(rules, key)) {
      report(
        { ...place, path: `${place.path}.${key}` },
        'unknown_key',
        `is unknown here; known: ${Object.keys(rules).join(', ')}`,
      );
    }
  }
}

function atLeastZero(value: unknown, place: ReadingPlace): unknown {
  const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  if (!isNumber) report(place, 'weight', `must be a number from 0 on, got ${kindOf(value)}`);
  return value;
}

function trueOrFalse(value: unknown, place: ReadingPlace): unknown {
  if (typeof value !== 'boolean') report(place, 'bool_type', `must be true or false, got ${kindOf(value)}`);
  return value;
}

function report({ path, issues }: ReadingPlace, code: string, message: string): void {
  issues.push({ path, message, code });
}
