import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { syncConfig, type SyncOptions } from './sync-config.js';
import type { DiscoveredAction } from './sync-plan.js';

const TRAIN: DiscoveredAction = {
  name: 'train',
  entrypoint: 'plugin/acts:Train',
  inputType: 'dataset',
  outputType: 'model',
};
const INFER: DiscoveredAction = { name: 'infer', entrypoint: 'plugin/acts:Infer' };

function sync(text: string, discovered: readonly DiscoveredAction[], options?: SyncOptions) {
  return syncConfig(text, discovered, options);
}

/** The new text where nothing may be in conflict, and a second sync must find nothing left to do. */
function synced(text: string, discovered: readonly DiscoveredAction[], options?: SyncOptions): string {
  const result = sync(text, discovered, options);
  expect(result.conflicts).toEqual([]);
  expect(sync(result.text, discovered, options)).toMatchObject({ isChanged: false, changes: {}, text: result.text });
  return result.text;
}

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

describe('D11: what a sync must not decide', () => {
  it('reports two classes of one name and applies neither', () => {
    const other = { ...TRAIN, entrypoint: 'plugin/other:Train' };
    const result = sync('actions:\n', [TRAIN, other, INFER]);

    expect(result.conflicts).toEqual([expect.objectContaining({ action: 'train', kind: 'duplicate_name' })]);
    expect(result.conflicts[0]?.message).toContain('plugin/acts:Train and plugin/other:Train');
    expect(Object.keys(result.changes)).toEqual(['infer']);
  });

  it('counts one class that was found twice once', () => {
    expect(sync('', [INFER, { ...INFER, entrypoint: './plugin/acts.ts:Infer' }]).conflicts).toEqual([]);
  });

  it('leaves two classes of one name alone that have entries of their own', () => {
    const other = { ...TRAIN, entrypoint: 'plugin/other:Train' };
    const text = 'actions: { small: plugin/acts:Train, train: plugin/other:Train }\n';

    expect(sync(text, [INFER, TRAIN, other])).toMatchObject({
      conflicts: [],
      changes: { infer: expect.any(String) as string },
    });
    expect(sync(text.replace('small', 'big').replace('acts', 'gone'), [TRAIN, other]).conflicts).toEqual([
      expect.objectContaining({ kind: 'duplicate_name' }),
    ]);
  });

  it('never takes an entry away from code that is there', () => {
    const text = 'actions: { infer: plugin/acts:Train }\n';
    const result = sync(text, [INFER, { ...TRAIN, inputType: undefined, outputType: undefined }], { repoint: true });

    expect(result).toMatchObject({ text, conflicts: [{ action: 'infer', kind: 'duplicate_name' }] });
  });

  it('adds no second entry for code that has one under another name, and brings its types up to date', () => {
    expect(synced('actions:\n  fit: plugin.acts.Train\n  again: { entrypoint: plugin/acts:Train }\n', [TRAIN])).toBe(
      'actions:\n  fit:\n    entrypoint: plugin.acts.Train\n    input_type: dataset\n    output_type: model\n  again: { entrypoint: plugin/acts:Train, input_type: dataset, output_type: model }\n',
    );
  });

  it('reports an entry that names other code, and leaves it alone', () => {
    const text = 'actions:\n  train:\n    entrypoint: plugin/old:Train\n';
    const result = sync(text, [TRAIN]);

    expect(result).toMatchObject({ text, isChanged: false, changes: {} });
    expect(result.conflicts).toEqual([expect.objectContaining({ action: 'train', kind: 'repointed' })]);
  });

  it.each([
    [
      'the long form',
      'actions:\n  train:\n    entrypoint: "plugin/old:Train" # c\n',
      'actions:\n  train:\n    entrypoint: "plugin/acts:Train" # c\n    input_type: dataset\n    output_type: model\n',
    ],
    [
      'the short form',
      'actions:\n  train: plugin/old:Train # c\n',
      'actions:\n  train: # c\n    entrypoint: plugin/acts:Train\n    input_type: dataset\n    output_type: model\n',
    ],
  ])('repoints %s when it may', (_case, before, after) => {
    expect(synced(before, [TRAIN], { repoint: true })).toBe(after);
  });

  it('keeps the short form short when only its target changes', () => {
    expect(synced("actions: {infer: 'plugin/old:Infer'}\n", [INFER], { repoint: true })).toBe(
      "actions: {infer: 'plugin/acts:Infer'}\n",
    );
  });

  it('reports an entry that is an alias, and still changes the others', () => {
    const text = 'base: &b { entrypoint: plugin/acts:Train }\nactions:\n  train: *b\n  copy: *b\n';
    const result = sync(text, [TRAIN, INFER]);

    expect(result.conflicts.map(({ action, kind }) => `${action} ${kind}`)).toEqual([
      'train not_editable',
      'copy not_editable',
    ]);
    expect(result.text).toBe(`${text}  infer:\n    entrypoint: plugin/acts:Infer\n`);
  });

  it('reports a value that other entries share by its anchor', () => {
    const text =
      'actions:\n  train:\n    entrypoint: plugin/acts:Train\n    input_type: &t coco\n    output_type: model\n  b: { entrypoint: x:Y, input_type: *t }\n';

    expect(sync(text, [TRAIN])).toMatchObject({ text, conflicts: [{ action: 'train', kind: 'not_editable' }] });
  });

  it('reports an entry that is a list', () => {
    expect(sync('actions:\n  train: [a]\n', [TRAIN]).conflicts).toEqual([
      expect.objectContaining({ kind: 'not_editable' }),
    ]);
  });
});

describe('pruning', () => {
  const ALSO = '  also:\n    entrypoint: plugin/acts:Infer\n';

  it('lists what the code no longer has, and removes it only when asked', () => {
    const text = `actions:\n  infer: plugin/acts:Infer\n  gone:\n    entrypoint: x:Y\n${ALSO}`;

    expect(sync(text, [INFER])).toMatchObject({ stale: ['gone'], isChanged: false });
    expect(sync(text, [INFER], { prune: true })).toMatchObject({ changes: { gone: 'removed' } });
    expect(synced(text, [INFER], { prune: true })).toBe(`actions:\n  infer: plugin/acts:Infer\n${ALSO}`);
  });

  it.each<[string, string, string]>([
    [
      'the first',
      'actions:\n  gone: x:Y # c\n  # own\n  infer: plugin/acts:Infer\n',
      'actions:\n  # own\n  infer: plugin/acts:Infer\n',
    ],
    [
      'the last, without a line break',
      'actions:\n  infer: plugin/acts:Infer\n  gone:\n    a: |\n      text',
      'actions:\n  infer: plugin/acts:Infer',
    ],
    [
      'one between blank lines',
      'actions:\n  infer: plugin/acts:Infer\n\n  gone: x:Y\n    # its comment\n\nb: 1\n',
      'actions:\n  infer: plugin/acts:Infer\n\nb: 1\n',
    ],
    [
      'one within braces',
      'actions: {gone: x:Y, infer: plugin/acts:Infer, gone2: x:Z}\n',
      'actions: {infer: plugin/acts:Infer}\n',
    ],
    [
      'with Windows line endings',
      'actions:\r\n  gone: x:Y\r\n  infer: plugin/acts:Infer\r\n',
      'actions:\r\n  infer: plugin/acts:Infer\r\n',
    ],
    ['all but a new one', 'actions:\n  gone: x:Y\n', 'actions:\n  infer:\n    entrypoint: plugin/acts:Infer\n'],
  ])('removes %s', (_case, before, after) => {
    expect(synced(before, [INFER], { prune: true })).toBe(after);
  });

  it.each([
    ['lines', 'actions: # c\n  gone: x:Y\n  gone2: x:Y\nb: 1\n', 'actions: {} # c\nb: 1\n'],
    ['braces', 'actions: {gone: x:Y,}\n', 'actions: {}\n'],
  ])('leaves an empty mapping where nothing is left of %s', (_case, before, after) => {
    expect(synced(before, [], { prune: true })).toBe(after);
  });

  it('keeps an entry whose anchor others need', () => {
    const text = 'actions:\n  gone: &g { entrypoint: x:Y }\n  infer: { entrypoint: plugin/acts:Infer, more: *g }\n';

    expect(sync(text, [INFER], { prune: true })).toMatchObject({
      text,
      conflicts: [{ action: 'gone', kind: 'not_editable' }],
    });
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

describe('any file', () => {
  const name = fc.constantFrom('train', 'infer', 'export_onnx', 'no', 'a b', '1', "it's");
  const type = fc.constantFrom(undefined, 'dataset', 'model', 'true');
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('a: b', '# no', ' x ', 'multi\nline\n', 'é'),
    fc.boolean(),
    fc.integer(),
  );
  const entry = fc.oneof(
    fc.constantFrom(null, {}, 'plugin/acts:Known', 'plugin.acts.Known'),
    fc.record(
      {
        entrypoint: fc.constantFrom('plugin/acts:Known', 'x:Y', ''),
        input_type: scalar,
        description: scalar,
        list: fc.array(scalar, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  );
  const config = fc.record(
    {
      name: scalar,
      env: fc.dictionary(
        fc.string({ maxLength: 5 }).filter((key) => key !== '<<'),
        scalar,
        { maxKeys: 3 },
      ),
      actions: fc.dictionary(name, entry, { maxKeys: 4 }),
      tail: scalar,
    },
    { requiredKeys: [] },
  );
  const style = fc.record({
    indent: fc.constantFrom(2, 4),
    lineWidth: fc.constantFrom(0, 30),
    collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    isCommented: fc.boolean(),
    isWindows: fc.boolean(),
  });
  const entrypoint = fc.constantFrom('plugin/acts:Known', 'p/q:New', 'p/q:Newer', 'p:Q.method');
  const found = fc.uniqueArray(fc.record({ name, entrypoint, inputType: type, outputType: type }), {
    maxLength: 4,
    selector: (action) => action.entrypoint,
  });

  it('is changed where it must be, nowhere else, and only once', () => {
    fc.assert(
      fc.property(
        config,
        style,
        found,
        fc.boolean(),
        (values, { isCommented, isWindows, ...layout }, discovered, prune) => {
          let text =
            Object.keys(values).length === 0 ? '' : stringify(values, { ...layout, aliasDuplicateObjects: false });
          if (isCommented && layout.collectionStyle === 'any')
            text = text.replaceAll(/^(?=\w+:)/gm, '# a comment   \n\n');
          if (isWindows) text = text.replaceAll('\n', '\r\n');
          fc.pre(isMappingText(text));
          const options = { prune, repoint: true };
          const before = parse(text) as { actions?: Record<string, unknown> } | null;
          const result = syncConfig(text, discovered, options);
          const after = parse(result.text) as { actions?: Record<string, unknown> } | null;

          expect({ ...after, actions: undefined }).toEqual({ ...before, actions: undefined });
          expect(result.conflicts.filter(({ kind }) => kind !== 'duplicate_name')).toEqual([]);
          if (layout.collectionStyle !== 'flow') expect(linesOutside(result.text)).toEqual(linesOutside(text));
          expect(commentsIn(result.text)).toEqual(commentsIn(text));
          expect(syncConfig(result.text, discovered, options)).toMatchObject({ isChanged: false, text: result.text });
        },
      ),
      { numRuns: 300 },
    );
  });

  /** What does not belong to the actions, line by line. */
  function linesOutside(text: string): string[] {
    const lines = text.split(/(?<=\n)/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const start = lines.findIndex((line) => line.startsWith('actions:'));
    if (start < 0) return lines;
    const next = lines.slice(start + 1).findIndex((line) => /^\S/.test(line));
    return [...lines.slice(0, start), ...(next < 0 ? [] : lines.slice(start + 1 + next))];
  }

  /** The comment of the layout, with the blank line behind it. */
  function commentsIn(text: string): string[] {
    return text.match(/^# a comment {3}\r?\n\r?\n/gm) ?? [];
  }

  function isMappingText(text: string): boolean {
    const values: unknown = parse(text);
    return values === null || (typeof values === 'object' && !Array.isArray(values));
  }
});
