import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetFormatRegistry, FromDMToYOLOConverter } from '../../src/index.js';
import { type DatasetCase, datasetCases, inputOf, type Tree, treeOf, withoutIds } from './dataset-case.js';

/** The defects are those of the table in data-cases-01-20-converters.spec.ts; here as there, `path` of dataset.yaml is put right (B-05). */
describe("data cases 1 to 20: registry.convert with compat: 'original'", () => {
  const registry = new DatasetFormatRegistry();
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'synapse-compat-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const dmOf = ({ call }: DatasetCase): string => `dm_${call.dm_version ?? 'v2'}`;
  const named = (...numbers: number[]) => datasetCases(...numbers).map((one) => [one.n, one.title, one] as const);
  /** What was written, but for the report that the original does not have. */
  const written = (target: string): Tree => {
    const { 'loss-report.json': report, ...tree } = treeOf(target);
    expect(report).toBeDefined();
    return tree;
  };
  const withPath = (tree: Tree | undefined, source: string, target: string): unknown =>
    JSON.parse(JSON.stringify(tree).replaceAll(`path: ${source}`, `path: ${target}`));

  it.each(named(1, 2, 3, 4, 5, 6, 7, 8))('%d: %s', async (_number, _title, one) => {
    const target = join(folder, 'out');
    const { classes } = await registry.convert(inputOf(one), target, { from: dmOf(one), to: 'yolo', compat: 'original' });

    expect(classes).toEqual(one.expected.class_names);
    expect(written(target)).toEqual(withPath(one.expected.tree, '<INPUT>', target));
  });

  it.each(named(12, 13, 16, 19))('%d: %s', async (_number, _title, one) => {
    const target = join(folder, 'out');
    const { classes } = await registry.convert(inputOf(one), target, { from: 'yolo', to: dmOf(one), compat: 'original' });

    expect(classes).toEqual(one.expected.class_names);
    expect(withoutIds(written(target))).toEqual(one.expected.tree);
  });

  it.each(named(10, 11, 17))('%d: %s', async (_number, _title, one) => {
    const [from, to] = one.call.op === 'dm_to_yolo' ? [dmOf(one), 'yolo'] : ['yolo', dmOf(one)];

    expect(one.expected.error?.python_type).toBe('FileNotFoundError');
    await expect(
      registry.convert(inputOf(one), join(folder, 'out'), { from, to, compat: 'original' }),
    ).rejects.toMatchObject({ code: 'SYN_DATASET_NOT_FOUND' });
  });

  it.each(named(20))('%d: %s', async (_number, _title, one) => {
    const [middle, target] = [join(folder, 'middle'), join(folder, 'out')];
    await registry.convert(inputOf(one), middle, { to: 'dm_v2', compat: 'original' });
    await registry.convert(middle, target, { to: 'yolo', compat: 'original' });

    expect(withoutIds(written(middle))).toEqual(one.expected.mid_tree);
    expect(written(target)).toEqual(withPath(one.expected.tree, '<MID>', target));
  });

  /** A picture as `convert` gives it, in the words of the case. */
  interface Entry {
    readonly img_path: string;
    readonly img_name: string;
    readonly label_name: string;
    readonly label_lines: readonly string[];
  }

  it.each(named(1, 2, 3, 4, 5, 6, 7, 8))('%d: %s: convert gives the same pictures, part by part', (_number, _title, one) => {
    const { entries } = one.expected as { entries: readonly Entry[] | Readonly<Record<string, readonly Entry[]>> };
    const rootDir = inputOf(one);
    const isCategorized = one.call.is_categorized ?? false;
    const converter = new FromDMToYOLOConverter({ rootDir, isCategorized, dmVersion: one.call.dm_version ?? 'v2' });
    const given = [...converter.convert()].map(({ split, imagePath, imageName, labelName, labelLines }) => ({
      split,
      entry: {
        img_path: imagePath.replace(rootDir, '<INPUT>'),
        img_name: imageName,
        label_name: labelName,
        label_lines: labelLines,
      },
    }));

    const parts = Array.isArray(entries) ? [[null, entries] as const] : Object.entries(entries);
    const byName = (left: Entry, right: Entry): number => (left.img_name < right.img_name ? -1 : 1);
    for (const [part, expected] of parts as [string | null, Entry[]][]) {
      const found = given.filter(({ split }) => split === part).map(({ entry }) => entry);
      expect(found.toSorted(byName)).toEqual(expected.toSorted(byName));
    }
    expect(given).toHaveLength(parts.flatMap(([, list]) => [...list]).length);
  });
});
