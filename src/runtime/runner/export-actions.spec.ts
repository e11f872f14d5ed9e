import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsBoolean } from 'class-validator';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { BaseExportAction, type ExportStepsResult } from '../../authoring/families/export/base-export-action.js';
import { BaseExportParams } from '../../authoring/families/export/base-export-params.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import type { BackendTable } from '../../resources/clients/recording/backend-tables.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { readCsv } from '../../resources/files/records/row-files.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

class Params extends BaseExportParams {
  @IsBoolean()
  fails_late = false;
}

class LateStep extends BaseStep {
  override readonly name = 'late';
  execute(): StepResult {
    return StepResult.fail('too late');
  }
}

@Action({ name: 'export', params: Params })
class ExportAction extends BaseExportAction<Params> {
  override setupSteps(registry: StepRegistry): void {
    registry.register(this.writeResultsStep());
    if (this.params.fails_late) registry.register(new LateStep());
  }
  protected override convertResult(item: unknown): unknown {
    const { id, data, project } = item as { id: number; data?: unknown; project: number };
    if (data === 'broken') throw new Error(`item ${id} is broken`);
    return data === 'hidden' ? undefined : { id, project, data: data ?? null };
  }
}

let server: BackendServer;
let host: HostedRunner;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  server = await new BackendServer().start();
  host = await hostedRunner({ providers: [{ provide: BackendClient, useValue: server.client() }, ExportAction] });
});
afterEach(async () => {
  await host.app.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const start = (params: object) => host.runner.run<ExportStepsResult>({ action: 'export', params });
const fill = (table: BackendTable, ...records: object[]): void => {
  for (const record of records) server.add(table, { project: 4, ...record });
};

describe('An export of results of the platform', () => {
  it.each<[string, BackendTable]>([
    ['assignment', 'sdk/assignments'],
    ['task', 'sdk/tasks'],
    ['ground_truth', 'sdk/ground_truth_events'],
  ])('writes what passes the filter: %s', async (target, table) => {
    fill(table, { id: 1 }, { id: 2, project: 5 }, { id: 3, data: { a: [1] } });
    const handle = await start({ target, filter: { project: 4 }, output_path: at('out.ndjson') });

    expect(await handle.result()).toMatchObject({ exported_count: 2, output_path: at('out.ndjson') });
    expect(readFileSync(at('out.ndjson'), 'utf8')).toBe(
      '{"id":1,"project":4,"data":null}\n{"id":3,"project":4,"data":{"a":[1]}}\n',
    );
    expect(server.lines).toEqual([`GET /${table}/?project=4&page_size=100`]);
  });

  it('writes one list of JSON, also of nothing', async () => {
    fill('sdk/assignments', { id: 1 }, { id: 2 });
    await (await start({ format: 'json', output_path: at('a.json') })).result();
    await (await start({ format: 'json', output_path: at('none.json'), filter: { project: 9 } })).result();
    const read = (name: string): unknown => JSON.parse(readFileSync(at(name), 'utf8'));

    expect([read('a.json'), read('none.json')]).toEqual([
      [
        { id: 1, project: 4, data: null },
        { id: 2, project: 4, data: null },
      ],
      [],
    ]);
  });

  it('writes a table whose cells hold JSON where they are no plain values', async () => {
    fill('sdk/assignments', { id: 1, data: { a: 1 } }, { id: 2, data: '=1+1' });
    await (await start({ format: 'csv', output_path: at('a.csv') })).result();
    const rows = [];
    for await (const row of readCsv(at('a.csv'))) rows.push(row);

    expect(rows).toEqual([
      { id: '1', project: '4', data: '{"a":1}' },
      { id: '2', project: '4', data: "'=1+1" },
    ]);
  });

  it('puts its file into the folder of the run where nothing else is said, and leaves out what is converted to nothing', async () => {
    fill('sdk/assignments', { id: 1, data: 'hidden' }, { id: 2 });
    const result = await (await start({})).result();

    expect(result.exported_count).toBe(1);
    expect(readFileSync(String(result.output_path), 'utf8')).toBe('{"id":2,"project":4,"data":null}\n');
  });

  it('reports results that cannot be converted and goes on, where it may', async () => {
    fill('sdk/assignments', { id: 1 }, { id: 2, data: 'broken' });
    const handle = await start({ on_error: 'skip' });

    expect(await handle.result()).toMatchObject({ exported_count: 1, failed_count: 1 });
    const logs = (await eventsOf(handle)).filter(({ type }) => type === 'log').map(({ data }) => data);
    expect(logs.find(({ event }) => event === 'export_item_error')).toMatchObject({
      level: 'warning',
      data: { item: 2, error: 'item 2 is broken' },
    });
  });

  it('fails with the first of them otherwise, and leaves no file', async () => {
    fill('sdk/assignments', { id: 1 }, { id: 2, data: 'broken' });

    await expect((await start({ output_path: at('a.ndjson') })).result()).rejects.toThrow('item 2 is broken');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes its file away again when the run fails after it', async () => {
    fill('sdk/assignments', { id: 1 });

    await expect((await start({ output_path: at('a.ndjson'), fails_late: true })).result()).rejects.toThrow('too late');
    expect(existsSync(at('a.ndjson'))).toBe(false);
  });

  it('counts from the first page, and reaches 100 where there are fewer or more', async () => {
    for (let id = 1; id <= 230; id++) fill('sdk/assignments', { id });
    const handle = await start({});

    expect((await handle.result()).exported_count).toBe(230);
    expect(server.requests).toHaveLength(3);
    const progress = (await eventsOf(handle)).filter(
      ({ type, data }) => type === 'progress' && data.key === 'dataset_conversion',
    );
    expect(progress.at(-1)?.data).toMatchObject({ percent: 100 });
  });
});
