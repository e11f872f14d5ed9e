import {
  AnnotationCategory,
  AnnotationType,
  MediaType,
  PackageManager,
  PluginCategory,
  RunMethod,
  SmartToolType,
} from '../../src/foundation/config/enums.js';
import { getActionMethod, getPluginActions } from '../../src/foundation/config/config-helpers.js';
import { createActionConfig, createPluginConfig } from '../../src/foundation/config/plugin-config.js';
import { parsePluginConfig } from '../../src/foundation/config/plugin-config-file.js';
import { ConfigInvalidError } from '../../src/foundation/errors/config.errors.js';
import { recordedCase } from './recorded-case.js';

interface Recorded {
  readonly value?: unknown;
  readonly error?: { readonly fields: { readonly path: string; readonly code: string }[] };
}

const { input, expected } = recordedCase<{ enums: Record<string, string[]> }, Record<string, Recorded>>('C29');

function issuesOf(build: () => unknown): { path: string; code: string | undefined }[] {
  try {
    build();
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error.issues.map(({ path, code }) => ({ path, code }));
    throw error;
  }
  return [];
}

describe('C29: the enums', () => {
  it.each([
    ['PluginCategory', PluginCategory],
    ['AnnotationCategory', AnnotationCategory],
    ['AnnotationType', AnnotationType],
    ['SmartToolType', SmartToolType],
    ['DataType', MediaType],
  ])('%s has the values of the original in their order', (name, values) => {
    expect(Object.values(values)).toEqual(input.enums[name]);
  });

  // Ours also run here and in a child process, and plugins are npm packages as well.
  it.each([
    ['RunMethod', RunMethod, ['local', 'process']],
    ['PackageManager', PackageManager, ['npm', 'pnpm', 'yarn', 'bun']],
  ])('%s has the values of the original first, then ours', (name, values, added) => {
    expect(Object.values(values)).toEqual([...(input.enums[name] ?? []), ...added]);
  });
});

describe('C29: configurations made in memory', () => {
  it('fills in every default', () => {
    expect(createPluginConfig({ name: 'n', code: 'c' })).toEqual(expected['minimal']?.value);
    expect(createActionConfig({ name: 't' })).toEqual(expected['action_defaults']?.value);
  });

  it.each([
    ['missing_required', {}],
    ['bad_category', { name: 'n', code: 'c', category: 'nope' }],
    ['numeric_version', { name: 'n', code: 'c', version: 1.0 }],
    ['action_without_name', { name: 'n', code: 'c', actions: { t: {} } }],
  ])('refuses %s with the path and kind of each fault', (name, values) => {
    expect(issuesOf(() => createPluginConfig(values))).toEqual(expected[name]?.error?.fields);
  });

  // `local` is a method here, so another word stands for an unknown one.
  it('refuses an unknown method, and takes local', () => {
    expect(issuesOf(() => createActionConfig({ name: 't', method: 'remote' }))).toEqual(expected['action_method_local']?.error?.fields);
    expect(createActionConfig({ name: 't', method: 'local' }).method).toBe('local');
  });

  // The original ignored unknown keys and lost them on export; here they stay.
  it('takes a key it does not know, and keeps it', () => {
    expect(expected['unknown_key_ignored']).toBe(true);
    expect(createPluginConfig({ name: 'n', code: 'c', custom: 1 })).toHaveProperty('custom', 1);
  });
});

describe('C29: the helpers', () => {
  const values = { actions: { train: { method: 'job' }, x: {} } };

  it('name the actions', () => {
    expect(getPluginActions(values)).toEqual(expected['get_plugin_actions']);
  });

  it('tell the method, task where nothing is said', () => {
    expect({
      job: getActionMethod(values, 'train'),
      absent_method: getActionMethod(values, 'x'),
      absent_action: getActionMethod(values, 'nope'),
    }).toEqual({ ...expected['get_action_method'], invalid: undefined });
  });

  it('refuse a method that does not exist, by its path', () => {
    expect(issuesOf(() => getActionMethod({ actions: { x: { method: 'remote' } } }, 'x'))).toEqual([
      { path: 'actions.x.method', code: 'enum' },
    ]);
  });
});

describe('C29: a missing name in config.yaml', () => {
  it('defaults to the key of the entry', () => {
    const { config } = parsePluginConfig('name: n\ncode: c\nactions:\n  t: {}\n', 'config.yaml');

    expect(config.actions['t']).toEqual(expected['action_defaults']?.value);
  });
});
