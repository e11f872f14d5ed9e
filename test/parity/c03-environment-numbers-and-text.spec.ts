import { PluginEnvironment } from '../../src/foundation/environment/plugin-environment.js';
import { recordedCase } from './recorded-case.js';

type Getter = 'get_int' | 'get_float' | 'get_str' | 'get';
interface Row {
  readonly getter: Getter;
  readonly key: string;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly error?: { readonly type: string };
}

const { input, expected } = recordedCase<{ data: Record<string, unknown> }, Row[]>('C03');
const METHODS = { get_int: 'getInt', get_float: 'getFloat', get_str: 'getStr', get: 'get' } as const;

function read({ getter, key, ...rest }: Row): unknown {
  const environment = new PluginEnvironment(input.data);
  const method = METHODS[getter];
  return 'default' in rest ? environment[method](key, rest.default) : environment[method](key);
}

describe('C03: the integer, float, text and raw getters', () => {
  it.each(expected.filter((row) => row.error === undefined))(
    '$getter answers $key with default $default as the original did: $value',
    (row) => expect(read(row)).toEqual(row.value),
  );

  // The original let Python's own errors through, which do not name the key.
  it.each(expected.filter((row) => row.error !== undefined))(
    'D48: $getter refuses $key with an error that names the key',
    (row) =>
      expect(() => read(row)).toThrow(
        expect.objectContaining({
          code: 'SYN_ENVIRONMENT_VALUE',
          message: expect.stringContaining(`'${row.key}'`) as string,
        }),
      ),
  );
});
