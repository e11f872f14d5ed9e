import { DuplicateNameError } from '../../foundation/errors/config.errors.js';
import { NotConfiguredError } from '../../foundation/errors/config.errors.js';
import { ActionNotFoundError, PluginNotFoundError } from '../../foundation/errors/plugin.errors.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { definitionOf } from './action-definition.fixture.js';
import { ActionRegistry, nearest } from './action-registry.js';

function registryOf(...names: readonly [plugin: string, name: string][]): ActionRegistry {
  const registry = new ActionRegistry();
  for (const [plugin, name] of names) registry.add(definitionOf({ plugin, name, entrypoint: `${plugin}/${name}` }));
  return registry;
}

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
};

describe(ActionRegistry, () => {
  it('finds an action by its name alone where one plugin has it, and by plugin and name', () => {
    const registry = registryOf(['digits', 'train'], ['faces', 'train'], ['faces', 'crop']);

    expect(registry.resolve('crop').plugin).toBe('faces');
    expect(registry.resolve('train', 'digits').plugin).toBe('digits');
  });

  it('refuses a name that several plugins have, and names them', () => {
    const error = thrownBy(() => registryOf(['digits', 'train'], ['faces', 'train']).resolve('train'));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ details: { action: 'train', plugins: ['digits', 'faces'] } });
  });

  it('refuses a second action of the same name in a plugin, naming both places and the cure', () => {
    const registry = registryOf(['digits', 'train']);
    const error = thrownBy(() => registry.add(definitionOf({ plugin: 'digits', name: 'train', entrypoint: 'other' })));

    expect(error).toBeInstanceOf(DuplicateNameError);
    expect(error).toMatchObject({
      details: { what: 'action', name: 'train', owners: ['digits/train', 'other'] },
      message: expect.stringContaining('another name'),
    });
  });

  it('lists what it knows in the order in which it was found', () => {
    const registry = registryOf(['faces', 'crop'], ['digits', 'train'], ['faces', 'align']);

    expect(registry.plugins()).toEqual(['faces', 'digits']);
    expect(registry.list().map(({ name }) => name)).toEqual(['crop', 'align', 'train']);
    expect(registry.list('faces').map(({ name }) => name)).toEqual(['crop', 'align']);
    expect(registry.list('nobody')).toEqual([]);
  });

  it('suggests the nearest name of the plugin that was asked', () => {
    const registry = registryOf(['digits', 'train'], ['faces', 'trim']);
    const error = thrownBy(() => registry.resolve('trin', 'digits'));

    expect(error).toBeInstanceOf(ActionNotFoundError);
    expect(error).toMatchObject({ available: ['train'], message: expect.stringContaining("'train'?") });
  });

  it('says how actions come about when there are none', () => {
    expect(thrownBy(() => new ActionRegistry().resolve('train'))).toMatchObject({
      available: [],
      message: expect.stringContaining('@Action'),
    });
  });

  it('refuses a plugin that nobody loaded', () => {
    const error = thrownBy(() => registryOf(['digits', 'train']).resolve('train', 'digit'));

    expect(error).toBeInstanceOf(PluginNotFoundError);
    expect(error).toMatchObject({ details: { available: ['digits'] } });
  });

  it.each(['constructor', '__proto__', 'toString', ''])('does not take %p for an action', (name) => {
    expect(thrownBy(() => registryOf(['digits', 'train']).resolve(name))).toBeInstanceOf(ActionNotFoundError);
  });

  it('gives the reason of an action that was announced but cannot run, and only for that one', () => {
    const reason = new NotConfiguredError('The class', 'Add it.');
    const registry = registryOf(['digits', 'train']);
    registry.addUnavailable('digits', 'predict', reason);

    expect(thrownBy(() => registry.resolve('predict'))).toBe(reason);
    expect(thrownBy(() => registry.resolve('predict', 'digits'))).toBe(reason);
    expect(registry.resolve('train').name).toBe('train');
    expect([...registry.unavailable('digits').keys()]).toEqual(['predict']);
  });

  it('prefers an action that runs to one of the same name that does not', () => {
    const registry = registryOf(['digits', 'train']);
    registry.addUnavailable('faces', 'train', new NotConfiguredError('The class', 'Add it.'));

    expect(registry.resolve('train').plugin).toBe('digits');
  });
});

describe('A plugin without actions', () => {
  it('is known, and says what it lacks', () => {
    const registry = registryOf(['digits', 'train']);
    registry.addPlugin('empty');

    expect(thrownBy(() => registry.resolve('go', 'empty'))).toMatchObject({
      code: 'SYN_ACTION_NOT_FOUND',
      message: expect.stringContaining("plugin 'empty' has no actions; decorate a class with @Action"),
    });
    expect(registry.plugins()).toEqual(['digits']);
  });
});

describe(nearest, () => {
  it.each([
    ['trian', ['train', 'test'], 'train'],
    ['TRAIN', ['train'], 'train'],
    ['evalaute', ['export', 'evaluate'], 'evaluate'],
    ['lsit', ['list'], 'list'],
    ['--sise', ['--size'], '--size'],
    ['x', ['y'], undefined],
    ['--follow', ['--color'], undefined],
    ['upload', ['train', 'test'], undefined],
    ['train', [], undefined],
  ])('of %p among %p is %p', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });
});
