import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetAction, type DatasetResult } from '../../src/index.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import { datasetCases, inputOf, type Tree, treeOf, withoutIds } from './dataset-case.js';

interface ActionRow {
  readonly params: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly python_type: string };
  readonly events: readonly { readonly log: string; readonly data: Readonly<Record<string, unknown>> }[];
  readonly tree: Tree | null;
}

const [recorded] = datasetCases(25);
if (!recorded) throw new Error('case 25');
const rows = recorded.expected.rows as unknown as readonly ActionRow[];
const input = inputOf(recorded);

/** Rows in which `dm_version` went before the format's name: what they say is read and written as it says. */
const B_07 = new Set(
  rows.filter(({ params, result }) => result && hasV1(params) && params['dm_version'] === undefined),
);
function hasV1({ source_format, target_format }: ActionRow['params']): boolean {
  return source_format === 'dm_v1' || target_format === 'dm_v1';
}

describe('data case 25: the dataset action converts', () => {
  let host: HostedRunner;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-dataset-'));
    host = await hostedRunner({ providers: [DatasetAction] });
  });
  afterAll(async () => {
    await host.app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The case's words for folders, in this test's. */
  const here = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('<INPUT>', input).replaceAll('<OUT>', folder)) as T;
  const start = (params: object) => host.runner.run<DatasetResult>({ action: 'dataset', params: here(params) });
  const logs = async (handle: Parameters<typeof eventsOf>[0]) =>
    (await eventsOf(handle)).filter(({ type }) => type === 'log').map(({ data }) => ({ log: data.event, data: data.data }));
  /** What both ways of converting agree on: everything but dataset.yaml (B-05) and the report of losses. */
  const comparable = (tree: Tree): Tree =>
    Object.fromEntries(Object.entries(tree).filter(([name]) => name !== 'dataset.yaml' && name !== 'loss-report.json'));

  it.each(rows.filter((row) => row.result && !B_07.has(row)).map((row) => [JSON.stringify(row.params), row] as const))(
    'as recorded: %s',
    async (_title, row) => {
      const handle = await start(row.params);
      const result = await handle.result();

      expect({ ...result }).toEqual(here(row.result));
      const own = (await logs(handle)).filter(({ log }) => log !== 'convert_loss');
      expect(own).toEqual(here(row.events).map(({ log, data }) => ({ log, data })));
      expect(withoutIds(withoutExtra(comparable(treeOf(result.path))))).toEqual(comparable(row.tree ?? {}));
    },
  );

  it.each([...B_07].map((row) => [JSON.stringify(row.params), row] as const))(
    'B-07: the name of the format says its version, without dm_version: %s',
    async (_title, row) => {
      const told = rows.find(
        ({ params }) =>
          params['dm_version'] === 'v1' &&
          params['source_format'] === row.params['source_format'] &&
          params['target_format'] === row.params['target_format'],
      );
      const { path } = await (await start({ ...row.params, output_dir: join(folder, `named-${rows.indexOf(row)}`) })).result();

      expect(withoutIds(withoutExtra(comparable(treeOf(path))))).toEqual(comparable(told?.tree ?? {}));
    },
  );

  it.each(rows.filter(({ error, events }) => error && events.length === 0).map((row) => [JSON.stringify(row.params), row] as const))(
    'refuses before it reports anything, as recorded: %s',
    async (_title, row) => {
      const handle = await start(row.params);

      await expect(handle.result()).rejects.toMatchObject({ details: { issues: [expect.anything()] } });
      expect(await logs(handle)).toEqual([]);
    },
  );

  it('refuses a data set without parts that is said to have them, as recorded', async () => {
    const handle = await start(rows.find(({ params }) => params['is_categorized'])?.params ?? {});

    await expect(handle.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_DATASET_NOT_FOUND' } });
    expect((await logs(handle)).map(({ log }) => log)).toEqual(['convert_start']);
  });

  it('converts to COCO, which the original names and lacks', async () => {
    const row = rows.find(({ params }) => params['target_format'] === 'coco');
    const { config_path } = await (await start(row?.params ?? {})).result();

    expect(row?.error?.python_type).toBe('ValueError');
    expect(config_path).toMatch(/annotations\/instances\.json$/);
  });

  it('tells the run what was lost', async () => {
    const handle = await start({ path: join(input, 'dm2'), output_dir: join(folder, 'told') });
    await handle.result();

    expect(await logs(handle)).toContainEqual({
      log: 'convert_loss',
      data: expect.objectContaining({ field: 'id', reason: 'YOLO has no ids', count: 1 }) as unknown,
    });
  });
});

/** DM v1 has no place for the order of the classes; ours stands in `extra`, which the original's documents have empty. */
function withoutExtra(tree: Tree): Tree {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'extra' ? undefined : value))) as Tree;
}
