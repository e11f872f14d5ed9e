import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { PluginEnvironment } from './plugin-environment.js';

describe(PluginEnvironment, () => {
  it('D09: is one class with typed getters, wherever its values are from', () => {
    const made = [
      new PluginEnvironment({ PORT: '8080' }),
      PluginEnvironment.fromEnviron('', { PORT: '8080' }),
      PluginEnvironment.fromEnviron('MY_', { MY_PORT: '8080', PORT: '1' }),
      PluginEnvironment.merge({ PORT: 1 }, new PluginEnvironment({ PORT: '8080' })),
    ];

    expect(made.map((environment) => environment.getInt('PORT'))).toEqual([8080, 8080, 8080, 8080]);
  });

  it('keeps its values when what it was made of changes', () => {
    const values = { list: [1], table: { inner: { k: 'v' } } };
    const environment = new PluginEnvironment(values);
    values.list.push(2);
    values.table.inner.k = 'changed';

    expect(environment.toDict()).toEqual({ list: [1], table: { inner: { k: 'v' } } });
  });

  it('does not let one run change what another reads', () => {
    const environment = new PluginEnvironment({ list: ['a'], table: { k: 'v' } });
    environment.getList('list')?.push('b');
    const table = environment.get('table') as Record<string, unknown>;

    expect(() => (table['k'] = 'changed')).toThrow(TypeError);
    expect(environment.getList('list')).toEqual(['a']);
  });

  it('takes a value that holds itself', () => {
    const table: Record<string, unknown> = { k: 'v' };
    table['self'] = table;

    expect(new PluginEnvironment({ table }).get('table')).toEqual({ k: 'v', self: null });
  });

  it('has no values but its own', () => {
    const environment = new PluginEnvironment({ a: 1 });

    expect(environment.has('constructor')).toBe(false);
    expect(environment.get('toString')).toBeNull();
    expect(environment.keys()).toEqual(['a']);
  });

  describe('numbers', () => {
    it.each([
      ['digits', '12', 12],
      ['a sign', '+7', 7],
      ['a fraction below zero', -3.9, -3],
      ['false', false, 0],
      ['an exact big integer', 9007199254740991n, 9007199254740991],
      ['minus zero', '-0', 0],
    ])('getInt takes %s', (_case, value, expected) => {
      expect(new PluginEnvironment({ k: value }).getInt('k')).toBe(expected);
    });

    it.each(['1__0', '_1', '1_', '0x10', '١', ' ', 'nan', '9007199254740993', Number.NaN, Infinity, 2n ** 60n, {}])(
      'getInt refuses %p',
      (value) => {
        expect(() => new PluginEnvironment({ k: value }).getInt('k')).toThrow(
          expect.objectContaining({ code: 'SYN_ENVIRONMENT_VALUE', details: { key: 'k', expected: 'a whole number' } }),
        );
      },
    );

    it.each([
      ['1e3', 1000],
      ['.5', 0.5],
      ['5.', 5],
      [' -1_0.5e-1 ', -1.05],
      ['NaN', Number.NaN],
      ['-inf', -Infinity],
      ['Infinity', Infinity],
    ])('getFloat takes %p', (value, expected) => {
      expect(new PluginEnvironment({ k: value }).getFloat('k')).toBe(expected);
    });

    it.each(['.', 'e5', '1e', '1,5', '0x10', []])('getFloat refuses %p', (value) => {
      expect(() => new PluginEnvironment({ k: value }).getFloat('k')).toThrow(
        expect.objectContaining({ code: 'SYN_ENVIRONMENT_VALUE' }),
      );
    });
  });

  it('writes values that are not text as JSON does', () => {
    const environment = new PluginEnvironment({ flag: true, list: ['a', 1], table: { a: 1 } });

    expect(['flag', 'list', 'table'].map((key) => environment.getStr(key))).toEqual(['true', '["a",1]', '{"a":1}']);
  });

  it('counts an empty list and an empty table as false, other values as true', () => {
    const environment = new PluginEnvironment({ list: [], table: {}, zero: 0, nan: Number.NaN });

    expect(environment.keys().map((key) => environment.getBool(key))).toEqual([false, false, false, true]);
  });

  describe('D48: the required getters', () => {
    const environment = new PluginEnvironment({
      nothing: null,
      text: 'abc',
      list: 'a,b',
      flag: 'yes',
      whole: '3',
      part: '.5',
    });

    it('answer what is there', () => {
      expect([
        environment.require('nothing'),
        environment.requireStr('text'),
        environment.requireInt('whole'),
        environment.requireFloat('part'),
        environment.requireBool('flag'),
        environment.requireList('list'),
      ]).toEqual([null, 'abc', 3, 0.5, true, ['a', 'b']]);
    });

    it.each(['requireStr', 'requireInt', 'requireFloat', 'requireBool', 'requireList'] as const)(
      '%s names the key when the value is missing or null',
      (getter) => {
        for (const key of ['nothing', 'missing']) {
          expect(() => environment[getter](key)).toThrow(
            expect.objectContaining({
              code: 'SYN_ENVIRONMENT_VALUE',
              message: expect.stringContaining(`'${key}'`) as string,
            }),
          );
        }
      },
    );
  });

  describe('secrets', () => {
    const environment = new PluginEnvironment(
      {
        SYNAPSE_ACCESS_TOKEN: 't0p',
        AWS_SECRET_ACCESS_KEY: 't0p',
        apiKey: 't0p',
        LICENCE: 't0p',
        DATABASE_URL: 'postgres://ada:t0p@db/x',
        db: { password: 't0p', host: 'db' },
        urls: ['https://u:t0p@x'],
        TOKENIZERS_PARALLELISM: 'false',
        MONKEY: 'banana',
        HOME_URL: 'https://example.test/a:b@c',
      },
      { secretKeys: ['LICENCE'] },
    );

    it('are masked in JSON, in console output and for people', () => {
      const shown = [JSON.stringify(environment), inspect(environment), JSON.stringify(environment.toMaskedDict())];

      expect(shown.filter((text) => text.includes('t0p'))).toEqual([]);
    });

    it('leave the other values readable', () => {
      expect(environment.toMaskedDict()).toMatchObject({
        db: { password: '***', host: 'db' },
        TOKENIZERS_PARALLELISM: 'false',
        MONKEY: 'banana',
        HOME_URL: 'https://example.test/a:b@c',
      });
    });

    it('are there for who asks for them', () => {
      expect(environment.getStr('LICENCE')).toBe('t0p');
      expect(environment.toDict()).toMatchObject({ apiKey: 't0p' });
    });

    it('stay out of error texts, and stay secret after a merge', () => {
      const merged = PluginEnvironment.merge(environment, { LICENCE: 'n0w' });

      expect(() => merged.getInt('LICENCE')).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('n0w') as string }),
      );
    });
  });

  describe('fromFile', () => {
    const folder = mkdtempSync(join(tmpdir(), 'synapse-environment-'));
    const file = join(folder, 'settings.toml');
    afterAll(() => rmSync(folder, { recursive: true }));

    it('gives dates as their text and copes with a byte order mark', () => {
      writeFileSync(file, '\uFEFFday = 2026-01-02\n[a]\ntimes = [2026-01-02T03:04:05Z]\n');

      expect(PluginEnvironment.fromFile(file).toDict()).toEqual({
        day: '2026-01-02',
        a: { times: ['2026-01-02T03:04:05.000Z'] },
      });
    });

    it('names the line of a syntax error', () => {
      writeFileSync(file, 'a = 1\nb = \n');

      expect(() => PluginEnvironment.fromFile(file)).toThrow(
        expect.objectContaining({ code: 'SYN_ENVIRONMENT_FILE', details: { path: file, line: 2 } }),
      );
    });

    it('refuses a folder', () => {
      expect(() => PluginEnvironment.fromFile(folder)).toThrow(
        expect.objectContaining({ code: 'SYN_ENVIRONMENT_FILE' }),
      );
    });
  });
});
