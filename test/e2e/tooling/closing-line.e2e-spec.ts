import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

describe('The closing line of a test run', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-closing-'));
    const reporter = join(repository, 'scripts/closing-line.reporter.mjs');
    writeFileSync(
      join(folder, 'jest.config.json'),
      JSON.stringify({ reporters: [reporter], testMatch: ['**/*.test.js'] }),
    );
    writeFileSync(
      join(folder, 'good.test.js'),
      "test('one', () => {}); test('two', () => {}); test.skip('three', () => {});",
    );
    writeFileSync(join(folder, 'bad.test.js'), "test('wrong', () => { expect(1).toBe(2); });");
    writeFileSync(join(folder, 'broken.test.js'), "require('./no-such-file');");
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function runJest(env: NodeJS.ProcessEnv): string {
    const jest = join(repository, 'node_modules/jest/bin/jest.js');
    return spawnSync(process.execPath, [jest, '--rootDir', folder, '--config', join(folder, 'jest.config.json')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, SYNAPSE_TEST_TOTALS: undefined, ...env },
    }).stdout;
  }

  it('stands alone at the end, and counts a suite that cannot start as failed', () => {
    expect(runJest({}).trimEnd().split('\n').slice(-2)).toEqual(['1 skipped', '2 passed, 2 failed']);
  });

  it('comes after the name of each test and suite that failed', () => {
    const lines = runJest({}).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('failed: ')).toSorted()).toEqual([
      'failed: bad.test.js: wrong',
      'failed: broken.test.js',
    ]);
  });

  it('is left to the run that started this one, which gets the numbers', () => {
    const file = join(folder, 'totals.ndjson');
    expect(runJest({ SYNAPSE_TEST_TOTALS: file })).toBe('');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ passed: 2, failed: 2, skipped: 1 });
  });
});
