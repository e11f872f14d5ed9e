import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipelineContext } from './pipeline-context.js';

describe(PipelineContext, () => {
  let basePath: string;
  beforeEach(() => {
    basePath = mkdtempSync(join(tmpdir(), 'pipeline-context-'));
  });
  afterEach(() => rmSync(basePath, { recursive: true, force: true }));

  it('makes the folder of the run at once, and the others when they are asked for', () => {
    const context = new PipelineContext({ pipelineId: 'nightly', runId: 'r1', basePath });
    const workDir = join(basePath, 'nightly', 'r1');

    expect(existsSync(workDir)).toBe(true);
    expect(readdirSync(workDir)).toEqual([]);
    expect([context.workDir, context.datasetsDir, context.modelsDir]).toEqual([
      workDir,
      join(workDir, 'datasets'),
      join(workDir, 'models'),
    ]);
    expect([context.artifactsDir, context.logsDir, context.checkpointsDir].every(existsSync)).toBe(true);
    expect(context.getActionDir('train')).toBe(join(workDir, 'actions', 'train'));
  });

  it('names the run by 12 hex digits where nobody does', () => {
    expect(new PipelineContext({ pipelineId: 'p', basePath }).runId).toMatch(/^[0-9a-f]{12}$/);
  });

  it('removes its own folder and nothing else, as often as it is asked to', () => {
    const context = new PipelineContext({ pipelineId: 'p', runId: 'one', basePath });
    const other = new PipelineContext({ pipelineId: 'p', runId: 'two', basePath });
    writeFileSync(join(context.artifactsDir, 'file'), '');
    context.cleanup();
    context.cleanup();

    expect(existsSync(join(basePath, 'p', 'one'))).toBe(false);
    expect(existsSync(other.workDir)).toBe(true);
  });

  it.each([
    ['/etc', 'r'],
    ['../../up', 'r'],
    ['p', '../r'],
    ['a\\b', 'r'],
    ['p\0', 'r'],
  ])('D27: no id leads out of the base: %j, %j', (pipelineId, runId) => {
    const context = new PipelineContext({ pipelineId, runId, basePath });
    context.getActionDir('../../../out');
    context.cleanup();

    expect(context.workDir.startsWith(`${basePath}/`)).toBe(true);
    expect(context.getActionDir('/a/b').startsWith(`${context.workDir}/actions/`)).toBe(true);
    expect(readdirSync(basePath)).toHaveLength(1);
  });

  it.each([[''], ['.'], ['..']])('D27: refuses %j as a name', (name) => {
    const context = new PipelineContext({ pipelineId: 'p', basePath });

    expect(() => new PipelineContext({ pipelineId: name, basePath })).toThrow(
      expect.objectContaining({ code: 'SYN_USAGE' }),
    );
    expect(() => context.getActionDir(name)).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }));
  });

  it('keeps different names apart', () => {
    const context = new PipelineContext({ pipelineId: 'p', basePath });

    expect(new Set(['a/b', 'a b', 'a:b', 'ä'].map((name) => context.getActionDir(name))).size).toBe(4);
  });
});
