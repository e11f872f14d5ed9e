import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { restoredParams } from './restored-params.js';
import { maskSecrets } from './secret-params.js';

const PATHS = ['token', 'accounts.*.password', 'nested.key'];
const env = new PluginEnvironment({ API_TOKEN: 'a-long-token', SHLVL: '1' });

describe('The params of a run that was stored', () => {
  const params = {
    token: 'a-long-token',
    word: 'w',
    accounts: [
      { name: 'x', password: 'p1' },
      { name: 'y', password: 'p2' },
    ],
    nested: { key: 1 },
  };
  const stored = maskSecrets(PATHS, params, env);

  it('hold no secret, but the names of the variables that secrets came from', () => {
    expect(stored).toEqual({
      token: { $secret: { env: 'API_TOKEN' } },
      word: 'w',
      accounts: [
        { name: 'x', password: { $secret: 'caller' } },
        { name: 'y', password: { $secret: 'caller' } },
      ],
      nested: { key: { $secret: 'caller' } },
    });
    expect(maskSecrets(['token'], { token: '1' }, env)).toEqual({ token: { $secret: 'caller' } });
  });

  it('are what they were when the caller gives its secrets again, and the variables are there', () => {
    const given = { accounts: [{ password: 'p1' }, { password: 'p2' }], nested: { key: 1 } };

    expect(restoredParams({ id: '1', paths: PATHS, stored, params: given, env })).toEqual(params);
  });

  it('are refused without them, with the paths of all that are missing', () => {
    const restore = (): unknown =>
      restoredParams({ id: '1', paths: PATHS, stored, params: { nested: { key: 1 } }, env: new PluginEnvironment() });

    expect(restore).toThrow(
      expect.objectContaining({
        code: 'SYN_SECRET_MISSING',
        missing: ['token (environment variable API_TOKEN)', 'accounts.0.password', 'accounts.1.password'],
      }),
    );
  });

  it('take other secrets than before: they may have been changed since', () => {
    expect(
      restoredParams({
        id: '1',
        paths: ['token'],
        stored: { token: { $secret: { env: 'API_TOKEN' } } },
        params: { token: 'new' },
        env,
      }),
    ).toEqual({ token: 'new' });
  });

  it.each([
    ['a param that is no secret', { word: 'x' }, /'word' is none/],
    ['a list', ['x'], /must be an object/],
    ['a text', 'x', /must be an object/],
  ])('are not changed by %s', (_case, given, message) => {
    expect(() => restoredParams({ id: '1', paths: PATHS, stored, params: given, env })).toThrow(message);
  });

  it('of a fork are changed key by key, secrets included', () => {
    const given = { word: 'x', token: 'new' };

    expect(
      restoredParams({
        id: '1',
        paths: ['token'],
        stored: { token: { $secret: 'caller' }, word: 'w', kept: 1 },
        params: given,
        env,
        isFork: true,
      }),
    ).toEqual({
      token: 'new',
      word: 'x',
      kept: 1,
    });
  });

  it('without secrets pass as they are', () => {
    expect(restoredParams({ id: '1', paths: [], stored: 'odd', env })).toBe('odd');
    expect(restoredParams({ id: '1', paths: ['a'], stored: { b: 1 }, env })).toEqual({ b: 1 });
  });
});
