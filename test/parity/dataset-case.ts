import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = join(__dirname, 'data-cases');

/** A file of a tree as the recorded cases describe it. */
export interface TreeEntry {
  readonly text?: string;
  readonly json?: unknown;
  readonly md5?: string;
  readonly size?: number;
  readonly empty_dir?: boolean;
}

export type Tree = Readonly<Record<string, TreeEntry>>;

/** A recorded case of the data chapters. */
export interface DatasetCase {
  readonly id: string;
  readonly n: number;
  readonly title: string;
  readonly status: 'contract' | 'quirk';
  readonly call: { readonly op: string; readonly is_categorized?: boolean; readonly dm_version?: 'v1' | 'v2' };
  readonly expected: {
    readonly error?: { readonly python_type: string };
    readonly class_names?: readonly string[];
    readonly entries?: unknown;
    readonly tree?: Tree;
    readonly mid_tree?: Tree;
    readonly warnings?: readonly string[];
    readonly rows?: readonly Row[];
  };
}

export interface Row {
  readonly label: string;
  readonly op?: string;
  readonly model?: string;
  readonly input?: unknown;
  readonly source?: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly python_type: string; readonly fields?: readonly { readonly loc: readonly unknown[] }[] };
}

/** The recorded cases of these numbers. */
export function datasetCases(...numbers: readonly number[]): readonly DatasetCase[] {
  const names = readdirSync(join(folder, 'cases'));
  return numbers.map((number) => {
    const name = names.find((one) => one.startsWith(`${String(number).padStart(2, '0')}-`));
    if (name === undefined) throw new Error(`data-cases has no case ${number}`);
    return JSON.parse(readFileSync(join(folder, 'cases', name), 'utf8')) as DatasetCase;
  });
}

/** Folder of a case's input. */
export function inputOf({ id }: Pick<DatasetCase, 'id'>): string {
  const fixture = join(folder, 'fixtures', id);
  return existsSync(join(fixture, 'input')) ? join(fixture, 'input') : fixture;
}

/** The files below a folder, in the form of the recorded cases. */
export function treeOf(root: string): Tree {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(root, path), entryOf(readFileSync(path), name)];
    }),
  );
}

function entryOf(bytes: Buffer, name: string): TreeEntry {
  if (name.endsWith('.json')) return { json: JSON.parse(bytes.toString()) as unknown };
  if (/\.(txt|yaml)$/.test(name)) return { text: bytes.toString() };
  return { md5: createHash('md5').update(bytes).digest('hex'), size: bytes.length };
}

/** The value with a placeholder for every id that was made. */
export function withoutIds<T>(value: T, seen: string[] = []): T {
  const text = JSON.stringify(value, (key, field: unknown) => {
    if (key !== 'id' || typeof field !== 'string' || !/^[0-9a-f]{10}$/.test(field)) return field;
    seen.push(field);
    return '<ID>';
  });
  return JSON.parse(text) as T;
}
