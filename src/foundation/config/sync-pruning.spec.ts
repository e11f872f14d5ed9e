import { INFER, sync, synced } from './sync-config.fixture.js';

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
