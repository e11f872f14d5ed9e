import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalidError } from '../errors/config.errors.js';
import { extraKeysOf, isDeclared, unknownParamsOf } from './plugin-config.js';
import { parsePluginConfig, readPluginConfig } from './plugin-config-file.js';
import type { ConfigIssue } from './read-mapping.js';

const MINIMAL = 'name: n\ncode: c\n';

function parse(text: string) {
  return parsePluginConfig(text, 'config.yaml');
}

function issuesOf(text: string): ConfigIssue[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigInvalidError) return [...error.issues];
    throw error;
  }
  return [];
}

describe(parsePluginConfig, () => {
  it('reads a whole plugin configuration', () => {
    const { config } = parse(`
name: Digits
code: digits
version: "1.2.0"
category: neural_net
package_manager: npm
data_type: image
tasks: [image.classification]
env: { LEVEL: 3 }
actions:
  train:
    entrypoint: plugin/train:TrainAction
    method: local
    input_type: dataset
`);

    expect(config).toMatchObject({
      name: 'Digits',
      version: '1.2.0',
      category: 'neural_net',
      package_manager: 'npm',
      env: { LEVEL: 3 },
      actions: { train: { name: 'train', method: 'local', input_type: 'dataset', output_type: null } },
    });
  });

  it('D30: takes an entrypoint alone as an entry', () => {
    expect(parse(`${MINIMAL}actions:\n  train: plugin/acts:Train\n`).config.actions['train']).toMatchObject({
      name: 'train',
      entrypoint: 'plugin/acts:Train',
      method: 'task',
    });
  });

  it.each(['actions:', 'actions: {}', 'actions: ~', ''])('D30: takes %p as no actions', (line) => {
    expect(parse(`${MINIMAL}${line}\n`).config.actions).toEqual({});
  });

  it('takes an entry with nothing in it as one with all defaults', () => {
    expect(parse(`${MINIMAL}actions:\n  train:\n`).config.actions['train']).toMatchObject({
      name: 'train',
      entrypoint: '',
    });
  });

  it('keeps keys it does not know, and pipelines as they are written', () => {
    const { config } = parse(
      `${MINIMAL}team: vision\npipelines:\n  nightly: { actions: [a, b] }\nactions:\n  a: { owner: ada }\n`,
    );

    expect(extraKeysOf(config)).toEqual({ team: 'vision' });
    expect(config.pipelines).toEqual({ nightly: { actions: ['a', 'b'] } });
    expect(config.actions['a'] && extraKeysOf(config.actions['a'])).toEqual({ owner: 'ada' });
  });

  it('knows what an entry says from what was filled in', () => {
    const { train, infer } = parse(`${MINIMAL}actions:\n  train: { method: task }\n  infer: x:Y\n`).config.actions;

    expect(train && isDeclared(train, 'method')).toBe(true);
    expect(infer && isDeclared(infer, 'method')).toBe(false);
    expect(infer && isDeclared(infer, 'entrypoint')).toBe(true);
    expect(Object.keys(train ?? {})).not.toContain('declared');
  });

  it('refuses unknown params unless the plugin or the action says to ignore them', () => {
    const plain = parse(`${MINIMAL}actions: { a: {}, b: { unknown_params: ignore } }\n`).config;
    const lenient = parse(
      `${MINIMAL}unknown_params: ignore\nactions: { a: {}, b: { unknown_params: refuse } }\n`,
    ).config;

    expect([unknownParamsOf(plain, 'a'), unknownParamsOf(plain, 'b'), unknownParamsOf(plain, 'constructor')]).toEqual([
      'refuse',
      'ignore',
      'refuse',
    ]);
    expect([unknownParamsOf(lenient, 'a'), unknownParamsOf(lenient, 'b')]).toEqual(['ignore', 'refuse']);
  });

  it('takes merge keys, aliases, a byte order mark and Windows line endings', () => {
    const text = `\uFEFF${MINIMAL}base: &b\n  method: job\nactions:\n  train:\n    <<: *b\n    entrypoint: x:Y\n`;

    expect(parse(text.replaceAll('\n', '\r\n')).config.actions['train']).toMatchObject({
      method: 'job',
      entrypoint: 'x:Y',
    });
  });

  it('takes an action named like a member of objects', () => {
    const { actions } = parse(`${MINIMAL}actions:\n  constructor: x:Y\n  __proto__: x:Z\n`).config;

    expect(Object.keys(actions)).toEqual(['constructor', '__proto__']);
    expect(Object.getPrototypeOf(actions)).toBe(Object.prototype);
  });

  it('warns of words that other YAML readers take for something else', () => {
    const { warnings, config } = parse(`${MINIMAL}env:\n  DEBUG: on\n  MODE: 012\n  QUOTED: "yes"\n  FLAG: true\n`);

    expect(config.env).toEqual({ DEBUG: 'on', MODE: 12, QUOTED: 'yes', FLAG: true });
    expect(warnings).toEqual([
      expect.stringContaining('env.DEBUG (line 4)'),
      expect.stringContaining('env.MODE (line 5)'),
    ]);
  });

  it('warns of keys that nothing reads, but for those that are meant', () => {
    const text = `${MINIMAL}categry: custom\nx-team: vision\nbase: &b\n  method: job\nactions:\n  train:\n    <<: *b\n    entrypont: x:Y\n`;

    expect(parse(text).warnings).toEqual([
      expect.stringMatching(/^Line 3: nothing reads the key 'categry'/),
      expect.stringMatching(/^Line 10: nothing reads the key 'actions\.train\.entrypont'/),
    ]);
  });

  it.each<[string, string, Partial<ConfigIssue>]>([
    ['an empty file', '', { path: '', code: 'empty' }],
    ['a file of comments', '# nothing\n', { path: '', code: 'empty' }],
    ['a null document', '~\n', { path: '', code: 'empty' }],
    ['a list', '- name: n\n', { path: '', code: 'dict_type' }],
    ['a word', 'plugin\n', { path: '', code: 'dict_type' }],
    ['a tab as indentation', `${MINIMAL}actions:\n\ttrain: x:Y\n`, { code: 'tab_as_indent', line: 4 }],
    ['a key that is written twice', `${MINIMAL}code: d\n`, { path: 'code', code: 'duplicate_key', line: 3 }],
    [
      'an action that is written twice',
      `${MINIMAL}actions:\n  a: x:Y\n  a: x:Z\n`,
      { path: 'actions.a', code: 'duplicate_key', line: 5 },
    ],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, { code: 'multiple_docs', line: 3 }],
    ['an unknown tag', `${MINIMAL}env: !!python/object:os.system {}\n`, { code: 'tag_resolve_failed', line: 3 }],
    ['a broken bracket', `${MINIMAL}tasks: [a, b\n`, { line: 4 }],
    ['an alias of nothing', `${MINIMAL}env: *nope\n`, { code: 'unresolved_alias' }],
    ['a merge of what is no mapping', `${MINIMAL}env:\n  <<: 1\n`, { code: 'merge_key' }],
    ['an unknown category', `${MINIMAL}category: neural\n`, { path: 'category', code: 'enum', line: 3 }],
    [
      'an unknown method',
      `${MINIMAL}actions:\n  a:\n    method: remote\n`,
      { path: 'actions.a.method', code: 'enum', line: 5 },
    ],
    ['a version that is a number', `${MINIMAL}version: 1.0\n`, { path: 'version', code: 'string_type', line: 3 }],
    ['a name that is nothing', 'name:\ncode: c\n', { path: 'name', code: 'string_type', line: 1 }],
    ['no code', 'name: n\n', { path: 'code', code: 'missing' }],
    ['actions as a list', `${MINIMAL}actions: [train]\n`, { path: 'actions', code: 'dict_type', line: 3 }],
    ['an action that is a number', `${MINIMAL}actions:\n  a: 7\n`, { path: 'actions.a', code: 'dict_type', line: 4 }],
    ['an action named by a number', `${MINIMAL}actions:\n  1: x:Y\n`, { path: 'actions.1', code: 'string_type' }],
    [
      'an action whose name is nothing',
      `${MINIMAL}actions:\n  a: { name: }\n`,
      { path: 'actions.a.name', code: 'string_type', line: 4 },
    ],
    ['a task that is a number', `${MINIMAL}tasks: [a.b, 7]\n`, { path: 'tasks.1', code: 'string_type', line: 3 }],
    ['env as a list', `${MINIMAL}env: [a]\n`, { path: 'env', code: 'dict_type', line: 3 }],
    ['a key that is a list', `${MINIMAL}env:\n  ? [a]\n  : 1\n`, { path: 'env', code: 'string_type', line: 4 }],
    [
      'a number that would be rounded',
      `${MINIMAL}env:\n  ID: 12345678901234567890\n`,
      { path: 'env.ID', code: 'int_precision', line: 4 },
    ],
  ])('refuses %s', (_case, text, issue) => {
    expect(issuesOf(text)).toEqual([expect.objectContaining(issue)]);
  });

  it('lists every broken rule, not only the first', () => {
    expect(issuesOf('name: 1\ncategory: x\ntasks: y\n').map(({ path }) => path)).toEqual([
      'name',
      'code',
      'category',
      'tasks',
    ]);
  });

  describe('files that are made to hurt', () => {
    const nested = Array.from({ length: 9 }, (_, level) => {
      const items = level === 0 ? Array<string>(9).fill('"lol"') : Array<string>(9).fill(`*l${level - 1}`);
      return `l${level}: &l${level} [${items.join(', ')}]\n`;
    }).join('');
    const aliases = Array.from({ length: 2000 }, (_, n) => `a${n}: &a${n} 1\nb${n}: *a${n}\n`).join('');

    it.each([
      ['aliases that multiply', nested, 'alias_limit'],
      ['thousands of aliases', aliases, 'alias_limit'],
      ['brackets without end', '['.repeat(50_000), 'resource_exhaustion'],
      ['more text than is read', `# ${'x'.repeat(1024 * 1024)}\n`, 'too_large'],
    ])('refuses %s', (_case, text, code) => {
      expect(issuesOf(MINIMAL + text)).toContainEqual(expect.objectContaining({ code }));
    });

    it('reads tens of thousands of keys without comparing each with each', () => {
      const keys = Array.from({ length: 20_000 }, (_, n) => `  k${n}: 1\n`).join('');

      expect(Object.keys(parse(`${MINIMAL}env:\n${keys}`).config.env)).toHaveLength(20_000);
    });
  });
});

describe(readPluginConfig, () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the config.yaml of a folder, or a file of any name', () => {
    writeFileSync(join(folder, 'config.yaml'), MINIMAL);
    writeFileSync(join(folder, 'other.txt'), 'name: o\ncode: o\n');

    expect(readPluginConfig(folder)).toMatchObject({ path: join(folder, 'config.yaml'), config: { code: 'c' } });
    expect(readPluginConfig(join(folder, 'other.txt')).config.code).toBe('o');
  });

  it('refuses a file that is not there with its path', () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);

    expect(() => readPluginConfig(empty)).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_NOT_FOUND', details: { path: join(empty, 'config.yaml') } }),
    );
    expect(() => readPluginConfig(join(folder, 'other.txt', 'x'))).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_NOT_FOUND' }),
    );
  });

  it('refuses a file that is not text', () => {
    writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0x6e, 0xff, 0xfe, 0x00]));

    expect(() => readPluginConfig(join(folder, 'binary.yaml'))).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ code: 'unreadable' })] }),
    );
  });
});
