import { type Finished, STACK } from './synapse-process.js';
import { action, CONFIG, expectRefusal, HEAD, sandboxOfSuite } from './bad-input.fixture.js';

// Each call starts a process.
jest.setTimeout(120_000);

describe('Bad input', () => {
  const sandbox = sandboxOfSuite();

  describe('in the code that is loaded', () => {
    const load = (name: string, source: string): Finished => {
      sandbox.write({ [`${name}/config.yaml`]: CONFIG, [`${name}/a.ts`]: HEAD + source });
      return sandbox.call(['plugin', 'run', 'one', '--path', name]);
    };
    const ONE = action('one', 'return 1;');

    it.each([
      ['a file that throws', 'throws', `throw new Error('no model here');\n${ONE}`, 'no model here'],
      ['a file that throws a text', 'text', `throw 'only words';\n${ONE}`, 'only words'],
      ['a file that never finishes', 'never', `await new Promise(() => undefined);\n${ONE}`, 'nothing can settle'],
      ['a file that ends the process', 'exits', `process.exit(0);\n${ONE}`, 'calls process.exit(0) while it is loaded'],
      [
        'a file that rejects in the background',
        'rejects',
        `void Promise.reject(new Error('let go'));\nawait new Promise((go) => setTimeout(go, 50));\n${ONE}`,
        'let go',
      ],
      [
        'a constructor that throws',
        'constructor',
        ONE.replace('async execute', "constructor() { super(); throw new Error('no licence'); }\n  async execute"),
        'no licence',
      ],
      [
        'a hook that throws',
        'hook',
        ONE.replace('async execute', "onModuleInit(): void { throw new Error('no socket'); }\n  async execute"),
        'no socket',
      ],
      [
        'a hook that never ends',
        'hanging',
        ONE.replace(
          'async execute',
          'onModuleInit(): Promise<void> { return new Promise(() => undefined); }\n  async execute',
        ),
        'the start of its classes and hooks awaits something',
      ],
      [
        'an injected class nobody provides',
        'unprovided',
        ONE.replace('async execute', 'constructor(readonly other: Other) { super(); }\n  async execute').replace(
          '@Action',
          'export class Other {}\n@Action',
        ),
        'Other',
      ],
    ])('%s is refused with the reason', (_case, name, source, reason) => {
      expectRefusal(load(name, source), 3, 'SYN_PLUGIN_LOAD', reason);
    });

    it('a syntax error is refused with its place', () => {
      expectRefusal(load('syntax', 'export class {'), 3, 'SYN_PLUGIN_COMPILE', /a\.ts:2:\d+: /);
    });

    it('a package that is not installed is refused with the command that installs it', () => {
      expectRefusal(
        load('package', `import x from '@no/such-package/sub';\n${ONE}export { x };`),
        3,
        'SYN_PLUGIN_COMPILE',
        'npm install @no/such-package',
      );
    });

    it('shows the stack of the plugin’s own error with --verbose', () => {
      sandbox.write({
        'verbose/config.yaml': CONFIG,
        'verbose/a.ts': `${HEAD}throw new Error('no model here');\n${ONE}`,
      });
      const { code, stderr } = sandbox.call(['plugin', 'run', 'one', '--path', 'verbose', '--verbose']);

      expect(code).toBe(3);
      expect(stderr).toMatch(/^Error \[SYN_PLUGIN_LOAD\]: /);
      expect(stderr).toMatch(STACK);
    });

    it('what is left running afterwards changes neither answer nor code', () => {
      const source = ONE.replace('return 1;', `setTimeout(() => { ctx.log('late', {}); }, 20); return 1;`).replace(
        'async execute',
        `onModuleDestroy(): Promise<void> { return new Promise((go) => setTimeout(go, 100)); }\n  async execute`,
      );
      const { code, stdout, stderr } = load('afterwards', source);

      expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
      expect(stderr).toMatch(/^Warning \[SYN_\w+\]: .*Cannot log to a finished logger/);
      expect(stderr).not.toMatch(STACK);
    });

    it('a hook that hangs at the end is a warning; the answer is out by then', () => {
      const source = ONE.replace(
        'async execute',
        'onModuleDestroy(): Promise<void> { return new Promise(() => undefined); }\n  async execute',
      );
      const { code, stdout, stderr } = load('destroy', source);

      expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
      expect(stderr).toMatch(/^Warning: plugin 'bad' did not shut down: /);
    });
  });
});
