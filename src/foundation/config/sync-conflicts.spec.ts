import { INFER, sync, synced, TRAIN } from './sync-config.fixture.js';

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
