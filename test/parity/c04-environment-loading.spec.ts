import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginEnvironment } from '../../src/foundation/environment/plugin-environment.js';
import { recordedCase } from './recorded-case.js';

interface Input {
  readonly process_env: Record<string, string>;
  readonly prefix: string;
  readonly toml: string;
  readonly merge: Record<string, unknown>[];
}

const { input, expected } = recordedCase<Input, Record<string, unknown>>('C04');

describe('C04: where an environment comes from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-c04-'));
  const file = join(folder, 'settings.toml');
  beforeAll(() => writeFileSync(file, input.toml));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes the variables with the prefix, without it, the bare prefix as the empty name', () => {
    Object.assign(process.env, input.process_env);
    try {
      expect(PluginEnvironment.fromEnviron(input.prefix).toDict()).toEqual(expected['from_environ_with_prefix']);
    } finally {
      for (const name of Object.keys(input.process_env)) delete process.env[name];
    }
  });

  it('reads a TOML file, tables nested, without dotted access', () => {
    const environment = PluginEnvironment.fromFile(file);

    expect(environment.toDict()).toEqual(expected['from_toml']);
    expect(environment.getInt('N')).toBe(expected['toml_get_int_N']);
    expect(environment.getBool('B')).toBe(expected['toml_get_bool_B']);
    expect(environment.getList('L')).toEqual(expected['toml_get_list_L']);
    expect(environment.get('sec.k')).toBe(expected['toml_get_dotted_sec.k']);
  });

  it('refuses a file that is not there with its path', () => {
    const { message } = (expected['missing_file'] as { error: { message: string } }).error;

    expect(() => PluginEnvironment.fromFile('/nope/x.toml')).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_NOT_FOUND', message: expect.stringContaining(message) as string }),
    );
  });

  it('merges any number, later ones winning, with their nulls as well', () => {
    const merged = PluginEnvironment.merge(...input.merge.map((values) => new PluginEnvironment(values)));

    expect(merged.toDict()).toEqual(expected['merge']);
    expect(PluginEnvironment.merge().toDict()).toEqual(expected['merge_of_nothing']);
    expect(merged.has('b')).toBe(expected['contains_null_key']);
    expect(merged.has('MISSING')).toBe(expected['contains_missing']);
  });

  it('refuses to give what is not there when asked for it by name', () => {
    expect(() => new PluginEnvironment().require('MISSING')).toThrow(
      expect.objectContaining({ code: 'SYN_ENVIRONMENT_VALUE', details: expect.objectContaining({ key: 'MISSING' }) as object }),
    );
  });
});
