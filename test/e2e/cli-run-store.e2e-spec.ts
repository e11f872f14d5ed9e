import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const ACTIONS = `
import { Action } from 'nest-synapse';
@Action({ name: 'add' }) export class Add { execute(params: { a: number; b: number }, ctx: { log(event: string, data: object): void }) { ctx.log('adding', params); return { sum: params.a + params.b }; } }
@Action({ name: 'fail' }) export class Fail { execute(): never { throw new Error('no luck'); } }
`;

describe('synapse run, over runs that were kept', () => {
  const sandbox = new SynapseSandbox();
  const store = sandbox.path('runs.sqlite');
  const call = (...words: string[]): ReturnType<SynapseSandbox['call']> => sandbox.call([...words, '--store', store]);
  const list = (...words: string[]): { id: string; action: string; status: string; created_at: number }[] =>
    JSON.parse(call('run', 'list', '--json', ...words).stdout);

  beforeAll(() => {
    sandbox.write({ 'config.yaml': 'name: Sums\ncode: sums\n', 'sums.ts': ACTIONS });
    call('plugin', 'run', 'add', '--params', '{"a":2,"b":3}');
    call('plugin', 'run', 'fail');
  });
  afterAll(() => sandbox.remove());

  it('lists them newest first, as people and as machines read it', () => {
    const runs = list();

    expect(runs).toMatchObject([
      { plugin: 'sums', action: 'fail', status: 'failed' },
      { plugin: 'sums', action: 'add', status: 'completed' },
    ]);
    expect(runs.every(({ created_at }) => created_at > 0)).toBe(true);
    expect(call('run', 'list').stdout).toMatch(/fail[\s\S]*add/);
  });

  it('filters them', () => {
    expect(list('--status', 'failed').map(({ action }) => action)).toEqual(['fail']);
    expect(list('--action', 'add').map(({ action }) => action)).toEqual(['add']);
    expect(list('--plugin', 'other')).toEqual([]);
    expect(list('--limit', '1').map(({ action }) => action)).toEqual(['fail']);
  });

  it('shows one with its result or its error', () => {
    const [failed, added] = list();

    expect(call('run', 'show', added?.id ?? '').stdout).toContain('{"sum":5}');
    expect(call('run', 'show', failed?.id ?? '').stdout).toContain('no luck');
  });

  it('prints its events one a line, numbered without gaps', () => {
    const [, added] = list();
    const events = call('run', 'events', added?.id ?? '', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; type: string });

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'log', 'run.completed']);
  });

  it.each([
    ['a run that is not there', ['run', 'show', 'nope'], 2, 'SYN_RUN_NOT_FOUND'],
    ['a status that nobody knows', ['run', 'list', '--status', 'bogus'], 2, 'Known: pending, running'],
  ])('refuses %s', (_case, words, code, message) => {
    const finished = call(...words);

    expect(finished).toMatchObject({ code, stdout: '' });
    expect(finished.stderr).toContain(message);
  });

  it('removes finished runs', () => {
    expect(call('run', 'prune', '--older-than', '0s').code).toBe(0);
    expect(list()).toEqual([]);
  });
});
