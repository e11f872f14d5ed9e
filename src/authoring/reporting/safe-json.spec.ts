import { safeJson } from './safe-json.js';

describe(safeJson, () => {
  it('is JSON.stringify for what JSON can express', () => {
    expect(safeJson({ a: [1, null, 'x'], b: new Date(0) })).toBe('{"a":[1,null,"x"],"b":"1970-01-01T00:00:00.000Z"}');
  });

  it('puts a text in place of what JSON cannot express, and keeps the rest', () => {
    const circle: Record<string, unknown> = { big: 12n, when: new Date(0), list: [1, 2n] };
    circle.self = { circle };
    circle.bad = {
      toJSON: () => {
        throw new Error('no');
      },
    };

    expect(JSON.parse(safeJson(circle))).toEqual({
      big: '12',
      when: '1970-01-01T00:00:00.000Z',
      list: [1, '2'],
      self: { circle: '[circular]' },
      bad: '[unreadable]',
    });
  });

  it('survives nesting that is deeper than the stack', () => {
    let deep: unknown = 1n;
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };

    expect(safeJson(deep)).toContain('[too deep]');
  });

  it('gives null for what has no JSON at all', () => {
    expect(safeJson(undefined)).toBe('null');
  });
});
