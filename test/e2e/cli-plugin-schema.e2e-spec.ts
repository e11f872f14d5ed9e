import type { SynapseSandbox } from './synapse-process.js';
import { demoPlugin } from './demo-plugin.fixture.js';

// Each call starts a process, and the type check starts another.
jest.setTimeout(120_000);

describe('The commands that look into a plugin', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = demoPlugin();
  });

  afterEach(() => sandbox.remove());

  describe('plugin schema', () => {
    it('prints the FormKit inputs of the params', () => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'schema', 'train']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual([
        expect.objectContaining({
          $formkit: 'number',
          name: 'epochs',
          value: 10,
          min: 1,
          max: 100,
          help: 'Passes over the data',
        }),
      ]);
    });

    it.each([
      [[], ['epochs']],
      [['--result'], ['path']],
    ])('prints JSON Schema with %j', (words, properties) => {
      const { stdout } = sandbox.call(['plugin', 'schema', 'train', '--format', 'json-schema', ...words]);
      const schema = JSON.parse(stdout) as { $schema: string; properties: object };

      expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(Object.keys(schema.properties)).toEqual(properties);
    });

    it('has no inputs for an action that declares no params', () => {
      expect(sandbox.call(['plugin', 'schema', 'count']).stdout).toBe('[]\n');
      expect(JSON.parse(sandbox.call(['plugin', 'schema', 'count', '--format=json-schema']).stdout)).toMatchObject({
        type: 'object',
      });
    });

    it.each([
      [['trian'], "Did you mean 'train'?"],
      [['train', '--format', 'json_schema'], "Did you mean 'json-schema'?"],
      [[], 'needs the argument <action>: name of the action'],
      [['train', '--formt', 'formkit'], /option '--formt'\. Known: .*Did you mean '--format'\?/],
      [['train', 'again'], "takes 1 argument; what is 'again' for?"],
    ])('refuses %j with a hint', (words, hint) => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'schema', ...words]);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Error \[SYN_[A-Z_]+\]: .*\n$/);
      expect(stderr).toMatch(hint);
    });

    it('answers an error with JSON as well where JSON was asked for', () => {
      const { code, stdout } = sandbox.call(['plugin', 'schema', 'trian', '--json']);

      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SYN_ACTION_NOT_FOUND', kind: 'usage' } });
    });
  });
});
