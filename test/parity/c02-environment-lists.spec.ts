import { PluginEnvironment } from '../../src/foundation/environment/plugin-environment.js';
import { recordedCase } from './recorded-case.js';

interface Row {
  readonly key: string;
  readonly default?: unknown[];
  readonly value: unknown[] | null;
}

const { input, expected } = recordedCase<{ data: Record<string, unknown> }, Row[]>('C02');

describe('C02: the list getter', () => {
  const environment = new PluginEnvironment(input.data);

  it.each(expected)('answers $key with default $default as the original did: $value', (row) => {
    const value = 'default' in row ? environment.getList(row.key, row.default) : environment.getList(row.key);

    expect(value).toEqual(row.value);
  });
});
