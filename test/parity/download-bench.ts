import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendClient, DatasetAction, type DatasetResult } from '../../src/index.js';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../../src/runtime/runner/runner.fixture.js';
import { datasetCases, inputOf, type Tree } from './dataset-case.js';

/** A row of data case 26. */
export interface DownloadRow {
  readonly label: string;
  readonly params?: Record<string, unknown>;
  readonly units?: readonly Record<string, unknown>[];
  readonly reported_count?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly python_type: string };
  readonly events: readonly { log?: string; data?: Record<string, unknown>; progress?: number; category?: string }[];
  readonly tree?: Tree;
}

const rows = (datasetCases(26)[0]?.expected.rows ?? []) as unknown as DownloadRow[];

/** Folder of the files that the cases name. */
export const input = inputOf({ id: 'dataset-action-download' });

export function rowOf(label: string): DownloadRow {
  const row = rows.find((candidate) => candidate.label === label);
  if (!row) throw new Error(`the case has no row '${label}'`);
  return row;
}

type Handle = Awaited<ReturnType<DownloadBench['start']>>;

/** A platform with a collection, a folder to download to, and an application with the dataset action. */
export class DownloadBench {
  private constructor(
    readonly folder: string,
    readonly server: BackendServer,
    readonly client: BackendClient,
    readonly host: HostedRunner,
  ) {}

  static async start(): Promise<DownloadBench> {
    const folder = mkdtempSync(join(tmpdir(), 'download-'));
    const server = await new BackendServer().start();
    const client = server.client();
    const host = await hostedRunner({ providers: [{ provide: BackendClient, useValue: client }, DatasetAction] });
    return new DownloadBench(folder, server, client, host);
  }

  async stop(): Promise<void> {
    await this.host.app.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Where downloads go. */
  get out(): string {
    return join(this.folder, 'out');
  }

  /** The case's words for folders, in this test's. */
  here<T>(value: T): T {
    return JSON.parse(JSON.stringify(value).replaceAll('<INPUT>', input).replaceAll('<OUT>', this.out)) as T;
  }

  /** Has the platform answer as the case's client did: the same units for each list, and the count that it says. */
  serve({ units = [], reported_count = units.length }: Pick<DownloadRow, 'units' | 'reported_count'>): void {
    this.server.add('data_collections', { id: 9, name: 'Coll' });
    const body = { count: reported_count, next: null, results: this.here(units) };
    this.server.onRequest = ({ path }) => (path === '/data_units/' ? { status: 200, body } : undefined);
  }

  start(params: object = {}) {
    const all = { dataset_id: 9, output_dir: this.out, ...params };
    return this.host.runner.run<DatasetResult>({ action: 'dataset', params: all });
  }

  async logsOf(handle: Handle) {
    const logs = (await eventsOf(handle)).filter(({ type }) => type === 'log');
    return logs.map(({ data }) => ({ log: data.event, data: data.data }));
  }

  async progressOf(handle: Handle, key: string): Promise<number[]> {
    const progress = (await eventsOf(handle)).filter(({ type, data }) => type === 'progress' && data.key === key);
    return progress.map(({ data }) => data.percent as number);
  }
}
