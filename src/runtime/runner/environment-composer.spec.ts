import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { definitionOf } from '../discovery/action-definition.fixture.js';
import { EnvironmentComposer, environmentOfRun } from './environment-composer.js';

const base = new PluginEnvironment({ A: 'base', B: 'base', C: 'base' });
const definition = definitionOf({ env: { B: 'plugin', C: 'plugin' } });

describe(EnvironmentComposer, () => {
  it('lays the plugin over the process, and the caller over both', () => {
    const env = environmentOfRun(new EnvironmentComposer(base).forPlugin(definition), { C: 'caller', D: 'caller' });

    expect(env.toDict()).toEqual({ A: 'base', B: 'plugin', C: 'caller', D: 'caller' });
  });

  it.each([
    ['plain values', { C: null }],
    ['an environment', new PluginEnvironment({ C: null })],
  ])('takes %s from the caller, nulls included', (_case, own) => {
    expect(environmentOfRun(new EnvironmentComposer(base).forPlugin(definition), own).get('C')).toBeNull();
  });

  it('keeps what is secret in one of them secret in the result', () => {
    const own = new PluginEnvironment({ PIN: '1234' }, { secretKeys: ['PIN'] });
    const env = environmentOfRun(new EnvironmentComposer(base).forPlugin(definition), own);

    expect(env.get('PIN')).toBe('1234');
    expect(JSON.stringify(env)).not.toContain('1234');
  });

  it('hands one and the same environment to all runs that bring nothing of their own', () => {
    const composer = new EnvironmentComposer(base);

    expect(composer.forPlugin(definition)).toBe(composer.forPlugin(definition));
    expect(composer.forPlugin(definitionOf())).toBe(base);
  });

  it('does not mix two plugins', () => {
    const composer = new EnvironmentComposer(base);
    composer.forPlugin(definition);

    expect(composer.forPlugin(definitionOf({ env: { B: 'other' } })).toDict()).toEqual({
      A: 'base',
      B: 'other',
      C: 'base',
    });
  });

  it('does not let a run change what the next one gets', () => {
    const composer = new EnvironmentComposer(base);
    environmentOfRun(composer.forPlugin(definition), { A: 'mine' });
    composer.forPlugin(definition).toDict().A = 'changed';

    expect(composer.forPlugin(definition).get('A')).toBe('base');
  });
});
