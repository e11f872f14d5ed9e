import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getActionConfig, getActionMethod, getPluginActions, readRequirements } from './config-helpers.js';
import { createPluginConfig } from './plugin-config.js';

const folder = mkdtempSync(join(tmpdir(), 'synapse-helpers-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe(getPluginActions, () => {
  it('reads the names from a folder, a file and a configuration alike', () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'name: n\ncode: c\nactions:\n  b: x:Y\n  a: {}\n');
    const config = createPluginConfig({ name: 'n', code: 'c', actions: { b: { name: 'b' }, a: { name: 'a' } } });

    expect([getPluginActions(folder), getPluginActions(file), getPluginActions(config)]).toEqual(
      Array(3).fill(['b', 'a']),
    );
  });

  it('refuses a path where nothing is', () => {
    expect(() => getPluginActions(join(folder, 'nope'))).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_NOT_FOUND' }),
    );
  });
});

describe('one action of a configuration', () => {
  const values = { actions: { short: 'x:Y', empty: null, long: { method: 'job' } } };

  it('has a method in every form of entry', () => {
    expect(['short', 'empty', 'long'].map((action) => getActionMethod(values, action))).toEqual([
      'task',
      'task',
      'job',
    ]);
  });

  it('has its short form written out', () => {
    expect(['short', 'empty', 'long'].map((action) => getActionConfig(values, action))).toEqual([
      { entrypoint: 'x:Y' },
      {},
      { method: 'job' },
    ]);
  });

  it('is not found under the name of a member of objects', () => {
    expect(getActionMethod(values, 'constructor')).toBe('task');
    expect(() => getActionConfig(values, 'toString')).toThrow(
      expect.objectContaining({ code: 'SYN_ACTION_NOT_FOUND', available: ['short', 'empty', 'long'] }),
    );
  });
});

describe(readRequirements, () => {
  function read(text: string) {
    const file = join(folder, 'requirements.txt');
    writeFileSync(file, text);
    return readRequirements(file);
  }

  it('keeps requirements, options and their comments, and drops the rest', () => {
    expect(
      read('\uFEFF# head\r\nnumpy>=1  # why\r\n\r\n  --index-url https://x \r\n   # indented\r\n-r more.txt'),
    ).toEqual(['numpy>=1  # why', '--index-url https://x', '-r more.txt']);
  });

  it('answers null where nothing is required', () => {
    expect([read('# only\n\n'), read(''), readRequirements(join(folder, 'nope.txt'))]).toEqual([null, null, null]);
  });

  it('refuses a folder', () => {
    expect(() => readRequirements(folder)).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }));
  });
});
