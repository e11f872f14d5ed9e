import type { SynapseSandbox } from './synapse-process.js';
import { CONFIG, demoPlugin } from './demo-plugin.fixture.js';

// Each call starts a process, and the type check starts another.
jest.setTimeout(120_000);

describe('The commands that look into a plugin', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = demoPlugin();
  });

  afterEach(() => sandbox.remove());

  describe('plugin run of an entry that leads nowhere', () => {
    it('ends with 3 and says what there is, while other actions run', () => {
      sandbox.write({ 'config.yaml': `${CONFIG}  gone: actions/trian:TrainAction\n` });
      const gone = sandbox.call(['plugin', 'run', 'gone']);

      expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 3, stdout: '' });
      expect(gone.stderr).toMatch(/^Error \[SYN_ENTRYPOINT_INVALID\]: .*Did you mean 'actions\/train:TrainAction'\?/);
      expect(sandbox.call(['plugin', 'run', 'count'])).toMatchObject({ code: 0, stdout: '3\n' });
    });

    it('says so of a class that no module of the plugin provides', () => {
      sandbox.write({
        'actions/module.ts': `import { Module } from '@nestjs/common';\nimport { Tools } from './tools.js';\n@Module({ providers: [Tools] })\nexport class DemoModule {}\n`,
      });
      const { code, stderr } = sandbox.call(['plugin', 'run', 'train']);

      expect(code).toBe(3);
      expect(stderr).toContain('[SYN_ACTION_DEFINITION]: TrainAction carries @Action, but none of the plugin');
      expect(sandbox.call(['plugin', 'run', 'count'])).toMatchObject({ code: 0, stdout: '3\n' });
    });
  });

  it.each([
    [['plugin', 'lst'], "Did you mean 'list'?"],
    [
      ['plugn'],
      /Unknown command 'plugn'\. Known: plugin, pipeline, run, datasets, completion, help\. Did you mean 'plugin'\?/,
    ],
    [['plugin', 'list', '--jsn'], "Did you mean '--json'?"],
    [['plugin', 'list', '--path'], "Option '--path <dir>' of 'synapse plugin list' needs a value"],
    [['plugin', 'list', '--nope\nmore'], "option '--nope more'"],
    [['completion', 'zzsh'], "Unknown shell 'zzsh'. Known: bash, zsh, fish. Did you mean 'zsh'?"],
    [['plugin', 'list', 'extra'], "takes no arguments; what is 'extra' for?"],
    [['--jsn'], "Unknown 'synapse' option '--jsn'. Known: --version, --help."],
  ])('ends with 2 and a hint on stderr for %j', (words, hint) => {
    const { code, stdout, stderr } = sandbox.call(words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Error \[SYN_USAGE\]: .*\n$/);
    expect(stderr).toMatch(hint);
  });

  it.each([
    [['plugin'], 'Usage: synapse plugin'],
    [[], 'Usage: synapse'],
  ])('prints help on stderr for %j', (words, help) => {
    const { code, stdout, stderr } = sandbox.call(words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(help);
  });
});
