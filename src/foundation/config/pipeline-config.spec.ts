import { parsePluginConfig } from './plugin-config-file.js';
import { pipelinesOf } from './pipeline-config.js';

const HEAD = 'name: P\ncode: p\n';
const read = (pipelines: string) =>
  pipelinesOf(parsePluginConfig(`${HEAD}pipelines:\n${pipelines}`, 'config.yaml').config);

describe(pipelinesOf, () => {
  it('takes a list, a mapping and an entrypoint', () => {
    expect(read('  a: [x]\n  b: { description: B, strict: false, actions: [x] }\n  c: file:c\n')).toEqual([
      { name: 'a', description: '', strict: true, actions: [{ action: 'x', name: 'x', after: [] }] },
      { name: 'b', description: 'B', strict: false, actions: [{ action: 'x', name: 'x', after: [] }] },
      { name: 'c', description: '', strict: true, actions: [], entrypoint: 'file:c' },
    ]);
    expect(pipelinesOf({})).toEqual([]);
  });

  it('has an entry without after wait for all before it', () => {
    const [pipeline] = read(
      '  a: [x, { action: y, after: [x] }, { action: z, name: zz, after: [x] }, last, { action: free, after: [] }]\n',
    );

    expect(pipeline?.actions.map(({ name, after }) => [name, after])).toEqual([
      ['x', []],
      ['y', ['x']],
      ['zz', ['x']],
      ['last', ['y', 'zz']],
      ['free', []],
    ]);
  });

  it('keeps method, resources and weight', () => {
    expect(read('  a: [{ action: x, method: job, resources: { num_gpus: 1 }, weight: 2 }]\n')[0]?.actions).toEqual([
      { action: 'x', name: 'x', after: [], method: 'job', resources: { num_gpus: 1 }, weight: 2 },
    ]);
  });

  it.each([
    ['no list', '  a: 7\n', 'pipelines.a'],
    ['an empty list', '  a: []\n', 'pipelines.a.actions'],
    ['actions and an entrypoint', '  a: { actions: [x], entrypoint: f:x }\n', 'pipelines.a'],
    ['an entry that is no mapping', '  a: [7]\n', 'pipelines.a.actions.0'],
    ['an entry without an action', '  a: [{ after: [] }]\n', 'pipelines.a.actions.0.action'],
    ['a mistyped key', '  a: [{ action: x, aftr: [] }]\n', 'pipelines.a.actions.0.aftr'],
    ['after that is no list', '  a: [{ action: x, after: y }]\n', 'pipelines.a.actions.0.after'],
    ['an unknown method', '  a: [{ action: x, method: moon }]\n', 'pipelines.a.actions.0.method'],
    ['a weight that is no number', '  a: [{ action: x, weight: -1 }]\n', 'pipelines.a.actions.0.weight'],
    ['strict that is no boolean', '  a: { strict: maybe, actions: [x] }\n', 'pipelines.a.strict'],
    ['no mapping at all', '  - x\n', 'pipelines'],
  ])('refuses %s and names its path', (_case, pipelines, path) => {
    expect(() => read(pipelines)).toThrow(
      expect.objectContaining({
        code: 'SYN_CONFIG_INVALID',
        issues: expect.arrayContaining([expect.objectContaining({ path }) as object]) as object[],
      }),
    );
  });
});
