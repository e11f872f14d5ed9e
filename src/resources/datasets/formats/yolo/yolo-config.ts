import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DatasetInvalidError, DatasetNotFoundError } from '../../../../foundation/errors/dataset.errors.js';
import { isTaken, requireFile } from '../../io/plain-file.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../../model/json-value.js';
import { YOLOTask } from '../../registry/format-definition.js';

/** Files that describe a YOLO data set, in the order they are looked for. */
const CONFIG_NAMES = ['dataset.yaml', 'data.yaml', 'dataset.yml', 'data.yml'];
const CLASS_FILE = 'classes.txt';
const MOST_CLASSES = 1_000_000;

/** What the file of a YOLO data set says. */
export interface YOLOConfig {
  readonly names: readonly string[];
  /** Name of that file. */
  readonly file: string;
  /** What each of its other keys holds, as texts. */
  readonly entries: JsonRecord;
  readonly task?: YOLOTask;
  /** Numbers of a key point: 3 with its visibility, 2 without. */
  readonly keypointNumbers: number;
}

/**
 * Reads the classes of a YOLO data set from its dataset.yaml, or from classes.txt where there is none.
 *
 * @throws {@link DatasetNotFoundError} where neither names a class; {@link DatasetInvalidError} where the file cannot be understood.
 */
export function readYOLOConfig(root: string): YOLOConfig {
  const name = [...CONFIG_NAMES, CLASS_FILE].find((candidate) => isTaken(join(root, candidate)));
  if (name !== undefined) requireFile(root, join(root, name));
  if (name !== undefined && name !== CLASS_FILE) return configOf(readEntries(root, name), name);
  const lines = name === undefined ? [] : readFileSync(join(root, name), 'utf8').split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length > 0) return { names, file: CLASS_FILE, entries: {}, keypointNumbers: 3 };
  throw new DatasetNotFoundError(
    root,
    `its classes are not to be found: it has neither ${CONFIG_NAMES[0]} nor ${CLASS_FILE} with names in it`,
  );
}

/** Whether the folder has a file that names classes. */
export function hasYOLOConfig(root: string): boolean {
  return [...CONFIG_NAMES, CLASS_FILE].some((name) => isTaken(join(root, name)));
}

/** Every scalar stays a text: a class may be called `yes` or `01`. */
function readEntries(root: string, name: string): JsonRecord {
  try {
    const value: unknown = parse(readFileSync(join(root, name), 'utf8'), { schema: 'failsafe', maxAliasCount: 100 });
    if (isRecord(value)) return value;
  } catch (error) {
    const reason = String((error as { message?: unknown }).message ?? error).split('\n')[0] ?? '';
    throw new DatasetInvalidError({ file: name }, `it is not YAML: ${reason}`, error);
  }
  throw new DatasetInvalidError({ file: name }, 'it is not a mapping of keys to values');
}

function configOf(entries: JsonRecord, file: string): YOLOConfig {
  const names = namesIn(entries['names'], file);
  const shape = entries['kpt_shape'];
  const task =
    Object.values(YOLOTask).find((one) => one === entries['task']) ?? (shape === undefined ? undefined : YOLOTask.Pose);
  const keypointNumbers = Array.isArray(shape) && Number(shape[1]) === 2 ? 2 : 3;
  return { names, file, entries, keypointNumbers, ...(task && { task }) };
}

function namesIn(value: unknown, file: string): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value as string[];
  if (!isRecord(value))
    throw new DatasetInvalidError(
      { file },
      `'names' must be a list of classes, or name each by its number, not ${shortText(value)}`,
    );
  const byId = Object.entries(value).map(([id, name]) => [Number(id), String(name)] as const);
  const bad = byId.find(([id]) => !Number.isInteger(id) || id < 0 || id >= MOST_CLASSES);
  if (bad)
    throw new DatasetInvalidError(
      { file },
      `'names' has a key that is no number of a class: ${shortText(Object.keys(value).slice(0, 5))}`,
    );
  const names = Array.from({ length: Math.max(-1, ...byId.map(([id]) => id)) + 1 }, (_, id) => `class_${id}`);
  for (const [id, name] of byId) names[id] = name;
  return names;
}
