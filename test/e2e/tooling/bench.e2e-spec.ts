import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

interface Outcome {
  readonly verdict: string;
  readonly facts: Record<string, unknown>;
}

/** Measures one row, given as source, in a process of its own. */
function measure(row: string): Outcome & { readonly calls: string[] } {
  const source = `
    import { measureRow } from './bench/lib/measure.mjs';
    import { BenchSkip, checkedRow } from './bench/lib/row.mjs';
    const calls = [];
    const row = checkedRow({ id: 'probe', ...${row} }, 'probe.mjs');
    const { verdict, facts } = await measureRow(row);
    console.log(JSON.stringify({ verdict, facts, calls }));
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Outcome & { readonly calls: string[] };
}

describe('A bench row', () => {
  it('reports the median of what both sides took and of their ratio, with every field', () => {
    const { verdict, facts } = measure(`(() => {
      const times = [99, 3, 5, 4, 40, 4];
      return { case: 'a case', reach: 2, baseline: 'bare-node', ours: () => times.shift(), base: () => 2 };
    })()`);
    expect(verdict).toBe('ok');
    expect(facts).toEqual({
      id: 'probe',
      case: 'a case',
      reach: 2,
      baseline: 'bare-node',
      unit: 'x',
      ratio: 2,
      spread: 9.25,
      ours: 4,
      base: 2,
      load: expect.any(Number),
    });
  });

  it('is over when the ratio is above its reach', () => {
    expect(measure("{ reach: 2.9, baseline: 'bare-node', ours: () => 3, base: () => 1 }").verdict).toBe('over');
  });

  it('warms both sides up, then measures them in turn, the order changing', () => {
    const { calls } = measure(
      "{ reach: 9, baseline: 'bare-node', ours: () => (calls.push('ours'), 1), base: () => (calls.push('base'), 1) }",
    );
    expect(calls).toEqual('ours base ours base base ours ours base base ours ours base'.split(' '));
  });

  it('leaves as many further calls unmeasured as it asks for', () => {
    const { calls } = measure(`(() => {
      const side = (name) => () => (calls.push(name), undefined);
      return { reach: 1e9, rounds: 1, iterations: 2, warmUp: 3, baseline: 'bare-node', ours: side('ours'), base: side('base') };
    })()`);
    expect(calls.filter((name) => name === 'ours')).toHaveLength(2 + 3 + 2);
    expect(calls.filter((name) => name === 'base')).toHaveLength(2 + 3 + 2);
  });

  it('counts a batch of calls for each time, and awaits calls that give promises', () => {
    const { calls, facts } = measure(
      "{ reach: 1e9, rounds: 1, iterations: 4, baseline: 'bare-node', ours: async () => { calls.push('start'); await null; calls.push('end'); }, base: () => undefined }",
    );
    expect(calls).toEqual(Array.from({ length: 8 }, () => ['start', 'end']).flat());
    expect(facts.ours).toBeGreaterThan(0);
  });

  it('that is an amount reports the amount against its limit', () => {
    const { verdict, facts } = measure("{ reach: 100, unit: 'MB', rounds: 1, measure: () => 101 }");
    expect(verdict).toBe('over');
    expect(facts).toMatchObject({ ratio: 101, reach: 100, unit: 'MB', ours: 101, base: null, baseline: null });
  });

  it('hands the context to both sides and to the end, which also comes after a failure', () => {
    const { verdict, facts, calls } = measure(
      "{ reach: 1, baseline: 'bare-node', setup: () => 'context', ours: (context) => { calls.push(context); throw new Error('no server'); }, base: () => 1, teardown: (context) => calls.push('end of ' + context) }",
    );
    expect(calls).toEqual(['context', 'end of context']);
    expect({ verdict, failed: facts.failed }).toEqual({ verdict: 'failed', failed: 'no server' });
  });

  it('is skipped by name when the server it needs is not there', () => {
    const { verdict, facts } = measure(
      "{ reach: 1, baseline: 'bare-node', setup: () => { throw new BenchSkip('no Postgres'); }, ours: () => 1, base: () => 1 }",
    );
    expect({ verdict, skipped: facts.skipped }).toEqual({ verdict: 'skipped', skipped: 'no Postgres' });
  });

  it.each([
    ['an unknown key', "{ reach: 1, baseline: 'bare-node', ours: () => 1, base: () => 1, reech: 2 }", 'reech'],
    ['no reach', "{ baseline: 'bare-node', ours: () => 1, base: () => 1 }", 'reach'],
    [
      'a baseline without a file',
      "{ reach: 1, baseline: 'nowhere', ours: () => 1, base: () => 1 }",
      'bench/baselines/nowhere.mjs',
    ],
  ])('is refused with %s', (_case, row, message) => {
    expect(() => measure(row)).toThrow(message);
  });
});

describe('npm run bench', () => {
  it('refuses an id that no row has, and names those it knows', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bench/run.mjs', 'no-such-row'], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('no-such-row');
    expect(stderr).toContain('cli-help');
  });
});
