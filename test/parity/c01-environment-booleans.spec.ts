import { PluginEnvironment } from '../../src/foundation/environment/plugin-environment.js';
import { recordedCase } from './recorded-case.js';

interface Row {
  readonly key: string;
  readonly default?: boolean;
  readonly value: boolean | null;
}

const { input, expected } = recordedCase<{ data: Record<string, unknown> }, Row[]>('C01');

describe('C01: the boolean getter', () => {
  const environment = new PluginEnvironment(input.data);

  it.each(expected)('answers $key with default $default as the original did: $value', (row) => {
    const value = 'default' in row ? environment.getBool(row.key, row.default) : environment.getBool(row.key);

    expect(value).toBe(row.value);
  });
});
