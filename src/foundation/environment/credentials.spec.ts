import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_HOST, loadCredentials, userConfigPath } from './credentials.js';

describe(loadCredentials, () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-credentials-'));
  const file = join(folder, 'config.json');
  const HOST = 'https://env.example.test';
  afterAll(() => rmSync(folder, { recursive: true }));

  function load(variables: Record<string, string>, content?: string) {
    rmSync(file, { force: true });
    if (content !== undefined) writeFileSync(file, content);
    return loadCredentials({ variables, file });
  }

  it('answers the default host and no token when nothing is set', () => {
    expect(load({})).toEqual({
      host: DEFAULT_HOST,
      hostSource: 'default',
      accessToken: null,
      accessTokenSource: 'none',
    });
  });

  it('takes variables before the file', () => {
    const variables = { SYNAPSE_HOST: HOST, SYNAPSE_ACCESS_TOKEN: 'env' };

    expect(load(variables, '{"host":"https://file","access_token":"file"}')).toMatchObject({
      host: HOST,
      accessToken: 'env',
    });
  });

  it.each([
    ['the host', { SYNAPSE_ACCESS_TOKEN: 'env' }, { host: 'https://file', accessToken: 'env', hostSource: 'file' }],
    ['the token', { SYNAPSE_HOST: HOST }, { host: HOST, accessToken: 'file', accessTokenSource: 'file' }],
    [
      'both where variables are empty',
      { SYNAPSE_HOST: ' ', SYNAPSE_ACCESS_TOKEN: '' },
      { host: 'https://file', accessToken: 'file' },
    ],
  ])('D43: takes %s from the file when only that is not set', (_case, variables, expected) => {
    expect(load(variables, '{"host":"https://file","access_token":"file"}')).toMatchObject(expected);
  });

  it.each(['[1]', '"text"', 'null', '{broken "access_token": "t0p"', ''])(
    'D43: goes on without a file that holds %p, and says why',
    (content) => {
      const credentials = load({ SYNAPSE_HOST: HOST }, content);

      expect(credentials).toMatchObject({ host: HOST, accessToken: null });
      expect(credentials.fileProblem).toContain(file);
      expect(credentials.fileProblem).not.toContain('t0p');
    },
  );

  it('ignores values that are not text', () => {
    expect(load({}, '{"host":7,"access_token":{}}')).toMatchObject({ host: DEFAULT_HOST, accessToken: null });
  });

  it('does not look at the file when both variables are set', () => {
    expect(load({ SYNAPSE_HOST: HOST, SYNAPSE_ACCESS_TOKEN: 'env' }, '[1]')).not.toHaveProperty('fileProblem');
  });

  it('looks into the folder of the user', () => {
    expect(userConfigPath('/home/ada')).toBe(join('/home/ada', '.synapse', 'config.json'));
  });
});
