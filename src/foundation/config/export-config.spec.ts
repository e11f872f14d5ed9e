import { parse } from 'yaml';
import { toConfigDict, toConfigYaml } from './export-config.js';
import { createPluginConfig } from './plugin-config.js';
import { parsePluginConfig } from './plugin-config-file.js';

const FULL = `
name: Digits
code: digits
version: "1.2.0"
category: neural_net
description: Läuft
readme: docs/README.md
package_manager: uv
package_manager_options: [--quiet]
wheels_dir: vendor
env: { LEVEL: 3, FLAG: "yes", NOTHING: ~ }
runtime_env: { pip: [numpy] }
data_type: image
tasks: [image.classification]
supported_data_type: [image, video]
annotation_category: segmentation
annotation_type: mask
smart_tool: interactive
unknown_params: ignore
team: vision
actions:
  train:
    name: Training
    entrypoint: plugin/train:Train
    method: job
    description: trains
    input_type: dataset
    output_type: model_weights
    unknown_params: refuse
    owner: ada
  infer: plugin/infer:Infer
pipelines:
  nightly: { actions: [train, infer] }
`;

describe(toConfigDict, () => {
  const { config } = parsePluginConfig(FULL, 'config.yaml');

  it('D31: loses nothing of the configuration', () => {
    const again = parsePluginConfig(toConfigYaml(toConfigDict(config)), 'export').config;

    expect(again).toEqual(config);
  });

  it('says the six keys of the original first, and the actions after the rest', () => {
    const keys = Object.keys(toConfigDict(config));

    expect(keys.slice(0, 6)).toEqual(['name', 'code', 'version', 'category', 'description', 'readme']);
    expect(keys.slice(-2)).toEqual(['actions', 'pipelines']);
  });

  it('leaves out what says nothing', () => {
    expect(toConfigDict(createPluginConfig({ name: 'n', code: 'c' }))).toEqual({
      name: 'n',
      code: 'c',
      version: '0.1.0',
      category: 'custom',
      description: '',
      readme: 'README.md',
      package_manager: 'pip',
      wheels_dir: 'wheels',
      actions: {},
    });
  });

  it('D31: completes an entry by what the code knows, and adds what only the code has', () => {
    const { config: sparse } = parsePluginConfig(
      'name: n\ncode: c\nactions:\n  a: x:A\n  b: { entrypoint: y:B, method: task, description: own, input_type: own }\n',
      'config.yaml',
    );
    const facts = {
      entrypoint: 'x:A',
      method: 'job',
      description: 'found',
      inputType: 'dataset',
      outputType: 'model',
    } as const;
    const { actions } = toConfigDict(sparse, { actions: { a: facts, b: facts, c: facts } });
    const found = {
      entrypoint: 'x:A',
      method: 'job',
      description: 'found',
      input_type: 'dataset',
      output_type: 'model',
    };

    expect(actions).toEqual({
      a: found,
      b: { entrypoint: 'y:B', method: 'task', description: 'own', input_type: 'own', output_type: 'model' },
      c: found,
    });
  });

  it('has the form lists of every action, and keeps what stands beside them', () => {
    const { config: own } = parsePluginConfig(
      'name: n\ncode: c\nactions:\n  a: { hyperparameters: { note: x } }\n',
      'config.yaml',
    );
    const actions = { a: { paramsUiSchema: [{ $formkit: 'number', name: 'k' }], resultUiSchema: [] } };

    expect(toConfigDict(own, { actions })['actions']).toEqual({
      a: {
        entrypoint: '',
        method: 'task',
        hyperparameters: { note: 'x', train_ui_schemas: [{ $formkit: 'number', name: 'k' }] },
      },
    });
    expect(toConfigDict(own, { actions, includeUiSchemas: false })['actions']).toEqual({
      a: { entrypoint: '', method: 'task', hyperparameters: { note: 'x' } },
    });
  });

  it('D34: leaves the class of the params as it is, and out of the export', () => {
    class Params {}
    const before = Reflect.ownKeys(Params);
    const shared = createPluginConfig({ name: 'n', code: 'c', actions: { a: { name: 'a', params_schema: Params } } });
    const dict = toConfigDict(shared);

    expect(shared.actions['a']?.params_schema).toBe(Params);
    expect(Reflect.ownKeys(Params)).toEqual(before);
    expect(dict['actions']).toEqual({ a: { entrypoint: '', method: 'task' } });
  });
});

describe(toConfigYaml, () => {
  it('D32: writes no tags, aliases or folded lines', () => {
    const shared = { a: 1 };
    const text = toConfigYaml({
      day: new Date(0),
      shared,
      again: shared,
      set: new Set([1]),
      long: 'word '.repeat(60),
      name: 'Läuft',
    });

    expect(text).not.toMatch(/[!&*]/);
    expect(text).toContain('Läuft');
    expect(parse(text)).toEqual({
      day: '1970-01-01T00:00:00.000Z',
      shared,
      again: shared,
      set: [1],
      long: 'word '.repeat(60),
      name: 'Läuft',
    });
  });

  it.each(['yes', 'off', '012', '1:30', '2026-01-02', '1e3', '~', 'null', '1_000', '<<'])(
    'puts %p in quotes, so that every reader takes it for text',
    (value) => {
      expect(toConfigYaml({ value })).toMatch(/^value: ["']/);
    },
  );

  it('refuses a value that holds itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);

    expect(() => toConfigYaml({ circle })).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }));
  });
});
