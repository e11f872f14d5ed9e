import { expectRefusal, ORDER, sandboxOfSuite } from './bad-input.fixture.js';

// Each call starts a process.
jest.setTimeout(120_000);

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...[...'bcdefghij'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`),
  'name: *j',
  'code: y',
].join('\n');

describe('Bad input', () => {
  const sandbox = sandboxOfSuite();

  describe('in config.yaml', () => {
    it.each([
      ['that is missing', undefined, 'SYN_CONFIG_NOT_FOUND', /--path/],
      ['that is empty', '', 'SYN_CONFIG_INVALID', /'name' and 'code'/],
      ['that is a list', '- name: x\n- code: y\n', 'SYN_CONFIG_INVALID', /must be a mapping/],
      ['with tabs', 'name: x\ncode: y\nactions:\n\ttrain: a:B\n', 'SYN_CONFIG_INVALID', /line 4\); indent with spaces/],
      [
        'with a key written twice',
        'name: x\ncode: y\nname: z\n',
        'SYN_CONFIG_INVALID',
        /line 3\); remove one of the two/,
      ],
      [
        'with an unknown category',
        'name: x\ncode: y\ncategory: nope\n',
        'SYN_CONFIG_INVALID',
        /must be one of neural_net, .*got 'nope' \(line 3\)/,
      ],
      ['that is a YAML bomb', BOMB, 'SYN_CONFIG_INVALID', /alias/],
    ])('%s is refused by every command', (_case, text, error, cure) => {
      const folder = `config-${Math.random().toString(36).slice(2)}`;
      sandbox.write({ [`${folder}/order.ts`]: ORDER, ...(text !== undefined && { [`${folder}/config.yaml`]: text }) });
      for (const words of [['run', 'order'], ['list'], ['schema', 'order'], ['update-config']]) {
        expectRefusal(sandbox.call(['plugin', ...words, '--path', folder]), 3, error, cure);
      }
      const { code, stdout } = sandbox.call(['plugin', 'check', '--path', folder]);
      expect(code).toBe(3);
      expect(stdout).toMatch(/^failed {2}config\n/);
      expect(stdout).toMatch(cure);
    });

    it('in a folder that is not there is refused, too', () => {
      expectRefusal(sandbox.call(['plugin', 'run', 'x', '--path', 'nowhere']), 3, 'SYN_CONFIG_NOT_FOUND', 'nowhere');
    });
  });
});
