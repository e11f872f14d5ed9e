import { parse } from 'yaml';
import { INFER, sync, synced, TRAIN } from './sync-config.fixture.js';

describe('D12: a file that agrees with the code', () => {
  it.each([
    [
      'with comments, quotes and braces',
      'name: "n"\n\n\n# c\nactions:   # d\n  train: {entrypoint: plugin/acts:Train,   input_type: "dataset", output_type: \'model\'}\n',
    ],
    [
      'with words that mean something else elsewhere',
      'yes: no\nmode: 012\nday: 2026-01-02\nactions:\n  train: { entrypoint: plugin/acts:Train, input_type: dataset, output_type: model }',
    ],
    [
      'with Windows line endings',
      'actions:\r\n  train:\r\n    entrypoint: plugin/acts:Train\r\n    input_type: dataset\r\n    output_type: model\r\n',
    ],
    [
      'with another form of the entrypoint',
      'actions:\n  train: {entrypoint: plugin.acts.Train, input_type: dataset, output_type: model}\n',
    ],
  ])('stays as it is %s', (_case, text) => {
    expect(sync(text, [TRAIN])).toEqual({ text, isChanged: false, changes: {}, conflicts: [], stale: [] });
  });
});

describe('D12: a file that needs a change stays the same everywhere else', () => {
  const ENTRY = '    entrypoint: plugin/acts:Train\n    input_type: dataset\n    output_type: model\n';

  it.each<[string, string, string]>([
    ['an empty file', '', `actions:\n  train:\n${ENTRY}`],
    ['a file of comments', '# mine\n', `# mine\nactions:\n  train:\n${ENTRY}`],
    ['no actions, no last line break', 'name: n # c', `name: n # c\nactions:\n  train:\n${ENTRY}`.slice(0, -1)],
    ['no actions, a comment at the end', 'name: n\n\n# end\n', `name: n\nactions:\n  train:\n${ENTRY}\n# end\n`],
    ['nothing under actions', 'actions: # c\n\n# end\n', `actions: # c\n  train:\n${ENTRY}\n# end\n`],
    ['null under actions', 'actions: ~   # c\nb: 1\n', `actions:   # c\n  train:\n${ENTRY}b: 1\n`],
    ['empty braces under actions', 'actions: {} # c\n', `actions: # c\n  train:\n${ENTRY}`],
    [
      'braces with actions in them',
      'actions: { a: x:Y }\n',
      'actions: { a: x:Y, train: { entrypoint: plugin/acts:Train, input_type: dataset, output_type: model } }\n',
    ],
    [
      'JSON',
      '{\n  "name": "n", "actions": {\n    "a": "x:Y" // c\n  }\n}\n'.replace(' // c', ' # c'),
      '{\n  "name": "n", "actions": {\n    "a": "x:Y", # c\n    "train": { "entrypoint": "plugin/acts:Train", "input_type": "dataset", "output_type": "model" }\n  }\n}\n',
    ],
    ['an entry of nothing', 'actions:\n  train: # c\n  b: x:Y\n', `actions:\n  train: # c\n${ENTRY}  b: x:Y\n`],
    ['an entry of empty braces', 'actions:\n  train: {}\n', `actions:\n  train:\n${ENTRY}`],
    [
      'an entry without an entrypoint',
      'actions:\n  train:\n    method: job # c\n\n  # b\n  b: x:Y\n',
      `actions:\n  train:\n    method: job # c\n${ENTRY}\n  # b\n  b: x:Y\n`,
    ],
    [
      'the short form with a comment',
      'actions:\n  train:  plugin.acts.Train   # c\n  b: x:Y\n',
      'actions:\n  train:   # c\n    entrypoint: plugin.acts.Train\n    input_type: dataset\n    output_type: model\n  b: x:Y\n',
    ],
    [
      'the short form on a line of its own',
      "actions:\n  train:\n      'plugin/acts:Train' # c\n",
      "actions:\n  train:\n      entrypoint: 'plugin/acts:Train' # c\n      input_type: dataset\n      output_type: model\n",
    ],
    [
      'the short form within braces',
      'actions: {train: plugin/acts:Train, b: x:Y} # c\n',
      'actions: {train: { entrypoint: plugin/acts:Train, input_type: dataset, output_type: model }, b: x:Y} # c\n',
    ],
    [
      'other types, in their quotes',
      'actions:\n  train:\n    input_type: "coco"   # c\n    entrypoint: plugin/acts:Train\n    output_type: \'x\'\n    extra: 1\n',
      'actions:\n  train:\n    input_type: "dataset"   # c\n    entrypoint: plugin/acts:Train\n    output_type: \'model\'\n    extra: 1\n',
    ],
    [
      'a type of nothing',
      'actions:\n  train: {entrypoint: plugin/acts:Train, output_type: , input_type: ~}\n',
      'actions:\n  train: {entrypoint: plugin/acts:Train, output_type: model , input_type: dataset}\n',
    ],
    [
      'a block of text as the last key',
      'actions:\n  train:\n    entrypoint: plugin/acts:Train\n    description: |\n      one\n\n      two\n\nb: 1\n',
      'actions:\n  train:\n    entrypoint: plugin/acts:Train\n    description: |\n      one\n\n      two\n    input_type: dataset\n    output_type: model\n\nb: 1\n',
    ],
    [
      'four columns of indentation, comments below the last entry',
      'env:\n    A: 1\nactions:\n    b:\n        entrypoint: x:Y\n        # method: job\n\n# end\n',
      `env:\n    A: 1\nactions:\n    b:\n        entrypoint: x:Y\n        # method: job\n    train:\n${ENTRY.replaceAll('    ', '        ')}\n# end\n`,
    ],
    [
      'a merged entry',
      'base: &b { method: job, input_type: coco }\nactions:\n  train:\n    <<: *b\n    entrypoint: plugin/acts:Train\n',
      'base: &b { method: job, input_type: coco }\nactions:\n  train:\n    <<: *b\n    entrypoint: plugin/acts:Train\n    input_type: dataset\n    output_type: model\n',
    ],
    ['a document between markers', '--- # h\nname: n\n...\n', `--- # h\nname: n\nactions:\n  train:\n${ENTRY}...\n`],
    ['a byte order mark', '\uFEFFactions:\n', `\uFEFFactions:\n  train:\n${ENTRY}`],
    [
      'a very long line',
      `description: ${'long '.repeat(60)}end\nactions:\n`,
      `description: ${'long '.repeat(60)}end\nactions:\n  train:\n${ENTRY}`,
    ],
  ])('%s', (_case, before, after) => {
    expect(synced(before, [TRAIN])).toBe(after);
  });

  it('keeps Windows line endings in what it adds', () => {
    const text = synced('name: n # c\r\nactions:\r\n  infer: plugin/acts:Infer\r\n', [INFER, TRAIN]);

    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text.startsWith('name: n # c\r\nactions:\r\n  infer: plugin/acts:Infer\r\n  train:\r\n')).toBe(true);
  });

  it('changes several entries and adds others in one go', () => {
    const before = 'actions:\n  infer: plugin/acts:Infer # i\n  train:\n    entrypoint: plugin/acts:Train # t\n';

    expect(synced(before, [{ ...INFER, inputType: 'a' }, TRAIN, { name: 'x', entrypoint: 'p:X' }])).toBe(
      'actions:\n  infer: # i\n    entrypoint: plugin/acts:Infer\n    input_type: a\n  train:\n    entrypoint: plugin/acts:Train # t\n    input_type: dataset\n    output_type: model\n  x:\n    entrypoint: p:X\n',
    );
  });

  it('quotes names that mean something else to YAML', () => {
    const text = synced('', [{ name: 'no', entrypoint: 'p:X', inputType: '1' }]);

    expect(parse(text)).toEqual({ actions: { no: { entrypoint: 'p:X', input_type: '1' } } });
    expect(text).toContain('"no":');
  });

  it('adds an action named like a member of objects', () => {
    expect(
      synced('name: n\n', [
        { name: '__proto__', entrypoint: 'p:X' },
        { name: 'constructor', entrypoint: 'p:Y' },
      ]),
    ).toBe('name: n\nactions:\n  __proto__:\n    entrypoint: p:X\n  constructor:\n    entrypoint: p:Y\n');
  });
});

describe('a file that cannot be synced', () => {
  it.each([
    ['a list of actions', 'actions: [a]\n', 'dict_type'],
    ['a list', '- a\n', 'dict_type'],
    ['a key twice', 'a: 1\na: 2\n', 'duplicate_key'],
    ['tabs', 'a:\n\tb: 1\n', 'tab_as_indent'],
  ])('is refused for %s', (_case, text, code) => {
    expect(() => sync(text, [INFER])).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_INVALID', issues: [expect.objectContaining({ code })] }),
    );
  });
});
