import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotedRun } from '../work/noted-run.fixture.js';
import { BaseExportParams, ExportFormat } from './base-export-params.js';
import { ExportContext } from './export-context.js';
import { WriteResultsStep } from './write-results-step.js';

describe.each(Object.values(ExportFormat))('A file of results, as %s, whose run goes on at another host', (format) => {
  let disk: string;
  let run: NotedRun;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'results-'));
    run = new NotedRun('export');
  });
  afterEach(() => {
    run.remove();
    rmSync(disk, { recursive: true, force: true });
  });

  const path = (): string => join(disk, 'out');
  const step = new WriteResultsStep({
    find: () => Promise.resolve({ results: [{ id: 1 }], totalCount: 1 }),
    convert: (item) => item,
  });
  const nextAttempt = (): ExportContext<BaseExportParams> => {
    const params = Object.assign(new BaseExportParams(), { format, output_path: path() });
    return new ExportContext(run.attempt<BaseExportParams>(params).runtimeCtx);
  };
  const written = (): Promise<unknown> => step.execute(nextAttempt());
  const undone = (): Promise<void> => step.rollback(nextAttempt());

  it('is gone when the run is undone', async () => {
    await written();
    expect(readFileSync(path(), 'utf8')).toContain('1');
    await written();
    await undone();

    expect(readdirSync(disk)).toEqual([]);
  });

  it('is not mistaken for what that host has at the same path', async () => {
    await written();
    rmSync(path());
    writeFileSync(path(), 'mine');
    await undone();

    expect(readFileSync(path(), 'utf8')).toBe('mine');
  });

  it('stays when it has replaced what that host had at the same path', async () => {
    await written();
    rmSync(path());
    writeFileSync(path(), 'mine');
    await written();
    await written();
    await undone();

    expect(readdirSync(disk)).toEqual(['out']);
  });
});
