import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultStatePath } from './state-path.js';

describe(defaultStatePath, () => {
  it('is below XDG_STATE_HOME where that is set', () => {
    expect(defaultStatePath({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/synapse/runs.sqlite');
  });

  it.each([undefined, '', 'relative/state'])('is below the home folder when XDG_STATE_HOME is %p', (value) => {
    expect(defaultStatePath({ XDG_STATE_HOME: value })).toBe(join(homedir(), '.local/state/synapse/runs.sqlite'));
  });
});
