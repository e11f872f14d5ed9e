import { type Finished } from './synapse-process.js';
import { action, CONFIG, HEAD, sandboxOfSuite } from './bad-input.fixture.js';

// Each call starts a process.
jest.setTimeout(120_000);

describe('Bad input', () => {
  const sandbox = sandboxOfSuite();

  describe('from the terminal', () => {
    beforeAll(() => {
      sandbox.write({
        'signals/config.yaml': CONFIG,
        'signals/acts.ts': [
          HEAD,
          action(
            'obeys',
            `console.log('started'); await new Promise((_, stop) => ctx.signal.addEventListener('abort', () => stop(ctx.signal.reason)));`,
          ),
          action(
            'rejectsLate',
            `console.log('started'); await new Promise((go) => ctx.signal.addEventListener('abort', go)); throw new Error('late rejection');`,
          ),
          action(
            'blocks',
            `console.log('started'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500); await new Promise(() => undefined);`,
          ),
          action('ignores', `console.log('started'); await new Promise((go) => setTimeout(go, 60_000));`),
        ].join('\n'),
      });
    });

    /** Sends the signal once the action has begun. */
    async function interrupted(name: string, signal: NodeJS.Signals, times = 1): Promise<Finished> {
      const { child, finished } = sandbox.start(['plugin', 'run', name, '--path', 'signals', '--json']);
      let seen = '';
      for await (const text of child.stderr ?? []) {
        seen += String(text);
        if (seen.includes('started')) break;
      }
      for (let sent = 0; sent < times; sent++) {
        child.kill(signal);
        if (sent + 1 < times) await new Promise((go) => setTimeout(go, 100));
      }
      return finished;
    }

    it.each(['obeys', 'rejectsLate', 'ignores'])(
      'Ctrl-C cancels an action that %s, and ends with 130',
      async (name) => {
        const { code, stdout } = await interrupted(name, 'SIGINT');

        expect(code).toBe(130);
        expect(JSON.parse(stdout)).toMatchObject({
          status: 'cancelled',
          error: { code: 'SYN_RUN_CANCELLED', details: { reason: 'interrupted from the terminal' } },
        });
        expect(stdout).not.toContain('late rejection');
      },
    );

    it('a termination signal does as well', async () => {
      const { code, stdout } = await interrupted('obeys', 'SIGTERM');

      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' });
    });

    it('a signal that comes while the thread is blocked cancels an action that then waits for nothing', async () => {
      const { code, stdout } = await interrupted('blocks', 'SIGTERM');

      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' });
    });

    it('a second Ctrl-C ends at once', async () => {
      const { code, stdout } = await interrupted('ignores', 'SIGINT', 2);

      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    });
  });
});
