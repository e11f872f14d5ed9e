import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { type Finished } from './synapse-process.js';
import { action, CONFIG, expectRefusal, HEAD, ORDER, sandboxOfSuite } from './bad-input.fixture.js';

// Each call starts a process.
jest.setTimeout(120_000);

describe('Bad input', () => {
  const sandbox = sandboxOfSuite();

  describe('in a run', () => {
    beforeAll(() => {
      sandbox.write({
        'acts/config.yaml': CONFIG,
        'acts/order.ts': ORDER,
        'acts/acts.ts': [
          HEAD,
          action('slow', 'await new Promise((go) => setTimeout(go, 60_000));', ', timeoutMs: 200'),
          action('hang', 'await new Promise(() => undefined);'),
          action('exit', 'process.exit(0);'),
          action(
            'exitLater',
            'setTimeout(() => process.exit(0), 10); await new Promise((go) => setTimeout(go, 1_000));',
          ),
          action(
            'print',
            `console.log('for stderr'); process.stdout.write('raw'); console.error('as well'); return { ok: true };`,
          ),
          action('text', `throw 'just words';`),
          action('nothing', 'throw null;'),
          action('lines', `throw new Error('first\\nsecond');`),
          action('colours', `throw new Error('gone \\u001b[2J\\u001b[31mred');`),
          action('circular', 'const result: Record<string, unknown> = {}; result.self = result; return result;'),
          action('huge', `return 'x'.repeat(70 * 1024 * 1024);`),
          action('fn', 'return () => 1;'),
          action('big', 'return 1n;'),
          action(
            'background',
            `setTimeout(() => { throw new Error('in a timer'); }, 10); await new Promise((go) => setTimeout(go, 1_000));`,
          ),
          action(
            'floating',
            `void Promise.reject(new Error('let go')); await new Promise((go) => setTimeout(go, 1_000));`,
          ),
          action('switch', 'return 1;', ', params: Switch').replace(
            '@Action',
            `class Switch { @IsBoolean() fast = true; }\n@Action`,
          ),
          action('finished', `ctx.endLog(); return 'done';`),
          action('strict', `return { n: 'x' };`, ', result: Result, strictResult: true').replace(
            '@Action',
            `class Result { @IsInt() n = 1; }\n@Action`,
          ),
        ]
          .join('\n')
          .replace(HEAD, `${HEAD}import { IsBoolean, IsInt } from 'class-validator';\n`),
      });
    });

    const run = (...words: string[]): Finished => sandbox.call(['plugin', 'run', ...words, '--path', 'acts']);

    it.each([
      ['that takes longer than it may', 'slow', 'SYN_RUN_TIMEOUT', 'timeoutMs'],
      ['that awaits what nobody resolves', 'hang', 'SYN_EXECUTION_FAILED', 'never resolved'],
      ['that ends the process', 'exit', 'SYN_PLUGIN_EXIT', 'Throw an error or return a result instead'],
      ['that ends the process later', 'exitLater', 'SYN_PLUGIN_EXIT', 'Throw an error or return a result instead'],
      ['that throws a text', 'text', 'SYN_EXECUTION_FAILED', 'just words'],
      ['that throws nothing', 'nothing', 'SYN_EXECUTION_FAILED', 'null'],
      ['that throws two lines', 'lines', 'SYN_EXECUTION_FAILED', 'first\nsecond'],
      ['that returns a circle', 'circular', 'SYN_RESULT_NOT_SERIALIZABLE', 'circular'],
      ['that returns more than fits', 'huge', 'SYN_RESULT_NOT_SERIALIZABLE', 'Write it to a file'],
      ['that returns a function', 'fn', 'SYN_RESULT_NOT_SERIALIZABLE', 'it is a function'],
      ['that returns a bigint', 'big', 'SYN_RESULT_NOT_SERIALIZABLE', 'BigInt'],
      ['that throws in a timer', 'background', 'SYN_EXECUTION_FAILED', 'in a timer'],
      ['that lets a promise go', 'floating', 'SYN_EXECUTION_FAILED', 'let go'],
      ['whose result breaks its class', 'strict', 'SYN_RESULT_INVALID', 'n must be an integer'],
    ])('an action %s fails with 1', (_case, name, error, reason) => {
      expectRefusal(run(name), 1, error, reason);
    });

    it('what a plugin prints goes to stderr', () => {
      const { code, stdout, stderr } = run('print');

      expect({ code, stdout }).toEqual({ code: 0, stdout: '{"ok":true}\n' });
      expect(stderr.split('\n').sort()).toEqual(['', 'as well', 'for stderr', 'raw']);
    });

    it('what an error quotes cannot clear the terminal', () => {
      const { code, stderr } = run('colours');

      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'Error [SYN_EXECUTION_FAILED]: Action execution failed: gone red\n',
      });
    });

    it('a logger that was ended takes nothing from the result', () => {
      expect(run('finished')).toMatchObject({ code: 0, stdout: '"done"\n' });
    });

    it.each([
      ['an unknown action', ['ordr'], 2, 'SYN_ACTION_NOT_FOUND', "Did you mean 'order'?"],
      ['an unknown mode', ['order', '--mode', 'cloud'], 2, 'SYN_USAGE', 'Modes: local'],
      ['a mode that is not set up', ['order', '--mode', 'job'], 3, 'SYN_NOT_CONFIGURED', 'Leave the mode out'],
      ['an unknown flag', ['order', '--sise', 'small'], 2, 'SYN_USAGE', "Did you mean '--size'?"],
      ['an unknown key', ['order', '--params', '{"sizes":"small"}'], 4, 'SYN_PARAMS_INVALID', 'sizes: is not a field'],
      [
        'an unknown key at depth',
        ['order', '--params', '{"items":[{"qty":1,"price":{"cent":1}}]}'],
        4,
        'SYN_PARAMS_INVALID',
        'items.0.price.cent: is not a field',
      ],
      ['a value outside of an enum', ['order', '--params', '{"size":"huge"}'], 4, 'SYN_PARAMS_INVALID', 'small, large'],
      ['a flag’s value outside of an enum', ['order', '--size', 'huge'], 4, 'SYN_PARAMS_INVALID', 'small, large'],
      [
        'a wrong type at depth',
        ['order', '--params', '{"items":[{"qty":1},{"qty":"two"}]}'],
        4,
        'SYN_PARAMS_INVALID',
        'items.1.qty: ',
      ],
      [
        'a list for an object at depth',
        ['order', '--params', '{"items":[{"qty":1,"price":[]}]}'],
        4,
        'SYN_PARAMS_INVALID',
        'items.0.price: ',
      ],
      ['params that are a list', ['order', '--params', '[1]'], 4, 'SYN_PARAMS_INVALID', 'must be a JSON object'],
      ['params that are a number', ['order', '--params', '5'], 4, 'SYN_PARAMS_INVALID', 'got a number'],
      ['params that are null', ['order', '--params', 'null'], 4, 'SYN_PARAMS_INVALID', 'got null'],
      ['params that are no JSON', ['order', '--params', '{size: small}'], 2, 'SYN_USAGE', 'quote it for the shell'],
      ['a file of params that is not there', ['order', '--params', '@gone.json'], 2, 'SYN_USAGE', 'gone.json'],
      ['a stray word', ['order', 'small'], 2, 'SYN_USAGE', /'small' belongs to none\. Its flags: --size, --text/],
      ['a switch with a value', ['switch', '--fast', 'false'], 2, 'SYN_USAGE', 'Write --fast or --no-fast.'],
      ['an assignment without a value', ['order', '--set', 'size'], 2, 'SYN_USAGE', '--set takes key=value'],
      ['an assignment to a prototype', ['order', '--set', '__proto__.x=1'], 2, 'SYN_USAGE', '--set cannot set'],
      ['a plugin by another code', ['order', '--plugin', 'good'], 2, 'SYN_USAGE', "'bad', not 'good'"],
    ])('%s is refused', (_case, words, exitCode, error, cure) => {
      expectRefusal(run(...words), exitCode, error, cure);
    });

    it('a plugin without actions says so', () => {
      sandbox.write({ 'none/config.yaml': CONFIG, 'none/a.ts': 'export const x = 1;' });

      expectRefusal(
        sandbox.call(['plugin', 'run', 'go', '--path', 'none']),
        2,
        'SYN_ACTION_NOT_FOUND',
        "plugin 'bad' has no actions; decorate a class with @Action",
      );
      expect(sandbox.call(['plugin', 'check', '--path', 'none'])).toMatchObject({
        code: 0,
        stderr: "Warning: Plugin 'bad' has no actions; decorate a class with @Action.\n",
      });
    });

    describe('where the cache folder cannot be written', () => {
      it.each(['/dev/null', '/proc/nope', 'relative/folder'])('runs with XDG_CACHE_HOME=%s', (folder) => {
        const temporary = sandbox.path('temporary');
        mkdirSync(temporary, { recursive: true });
        const finished = sandbox.call(['plugin', 'run', 'finished', '--path', 'acts'], {
          env: { XDG_CACHE_HOME: folder, TMPDIR: temporary },
        });

        expect(finished).toMatchObject({ code: 0, stdout: '"done"\n' });
        expect(readdirSync(temporary)).toEqual([]);
        expect(existsSync(sandbox.path('relative'))).toBe(false);
      });

      it('runs without a home folder', () => {
        const env = { XDG_CACHE_HOME: undefined, HOME: '' };
        expect(sandbox.call(['plugin', 'run', 'finished', '--path', 'acts'], { env })).toMatchObject({ code: 0 });
        expect(existsSync(sandbox.path('.cache'))).toBe(false);
      });

      it('names XDG_CACHE_HOME when no temporary folder can be written either', () => {
        const env = { XDG_CACHE_HOME: '/dev/null', TMPDIR: '/dev/null' };
        expectRefusal(
          sandbox.call(['plugin', 'run', 'finished', '--path', 'acts'], { env }),
          3,
          'SYN_NOT_CONFIGURED',
          'Set XDG_CACHE_HOME',
        );
      });
    });

    it('an action that is not named is refused', () => {
      expectRefusal(run(), 2, 'SYN_USAGE', "missing required argument 'action'");
    });

    describe('10 MB of params', () => {
      const letters = 10 * 1024 * 1024;
      const params = JSON.stringify({ text: 'x'.repeat(letters) });

      it('are taken from a file', () => {
        sandbox.write({ 'big.json': params });

        expect(run('order', '--params', '@big.json')).toEqual({
          code: 0,
          stdout: `{"items":0,"letters":${letters}}\n`,
          stderr: '',
        });
      });

      it('are taken from standard input', () => {
        const { code, stdout } = sandbox.call(['plugin', 'run', 'order', '--path', 'acts', '--params', '-'], {
          input: params,
        });

        expect({ code, stdout }).toEqual({ code: 0, stdout: `{"items":0,"letters":${letters}}\n` });
      });

      it('are refused by path when one value in them is wrong, without printing them all', () => {
        sandbox.write({
          'wrong.json': JSON.stringify({
            items: Array.from({ length: 200_000 }, (_, n) => ({ qty: n === 199_999 ? 'x' : n })),
          }),
        });
        const finished = run('order', '--params', '@wrong.json');

        expectRefusal(finished, 4, 'SYN_PARAMS_INVALID', 'items.199999.qty: ');
        expect(finished.stderr.length).toBeLessThan(10_000);
      });

      it('with as many mistakes are refused in a few lines', () => {
        sandbox.write({
          'wrong.json': JSON.stringify({ items: Array.from({ length: 50_000 }, () => ({ qty: 'x' })) }),
        });
        const finished = run('order', '--params', '@wrong.json');

        expectRefusal(finished, 4, 'SYN_PARAMS_INVALID', /and \d+ more/);
        expect(finished.stderr.length).toBeLessThan(10_000);
      });
    });

    it.each([
      [['hang'], 1, 'SYN_EXECUTION_FAILED'],
      [['circular'], 1, 'SYN_RESULT_NOT_SERIALIZABLE'],
      [['ordr'], 2, 'SYN_ACTION_NOT_FOUND'],
      [['order', '--size', 'huge'], 4, 'SYN_PARAMS_INVALID'],
    ])('%j answers with one line of JSON under --json', (words, exitCode, error) => {
      const { code, stdout, stderr } = run(...words, '--json');

      expect(code).toBe(exitCode);
      expect(stdout.trim().split('\n')).toHaveLength(1);
      expect(JSON.parse(stdout)).toMatchObject({
        id: exitCode === 2 ? null : expect.any(String), // a run that was asked for has one
        status: 'failed',
        error: { code: error },
      });
      expect(stdout).not.toContain('"stack"');
      expect(stderr).toContain(error);
    });
  });
});
