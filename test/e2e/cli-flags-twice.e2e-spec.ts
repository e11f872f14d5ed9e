import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const ACTIONS = `import { Action } from 'nest-synapse';
@Action({ name: 'echo' }) export class EchoAction { execute(params: object) { return params; } }
`;

describe('A flag that takes one value', () => {
  const sandbox = new SynapseSandbox();
  beforeAll(() => sandbox.write({ 'config.yaml': 'name: Work\ncode: work\n', 'acts.ts': ACTIONS, 'a.json': '{}' }));
  afterAll(() => sandbox.remove());

  it.each([
    [['plugin', 'run', 'echo', '--params', '@a.json', '--params', '{"a":1}'], '--params', "'@a.json' and '{…}'"],
    [['plugin', 'run', 'echo', '-p', 'work', '--plugin', 'other'], '--plugin', "'work' and 'other'"],
    [['plugin', 'run', 'echo', '--path=.', '--path=..'], '--path', "'.' and '..'"],
    [['plugin', 'list', '--path', '.', '--path', '..'], '--path', "'.' and '..'"],
    [['run', 'list', '--status', 'failed', '--status', 'completed'], '--status', "'failed' and 'completed'"],
    [
      ['run', 'list', '--store', 'postgres://ann:hun/ter2@db/x?password=s3cret', '--store', 'runs.sqlite'],
      '--store',
      "'postgres://…' and 'runs.sqlite'",
    ],
    [['datasets', 'convert', 'in', 'out', '--to', 'yolo', '--to', 'coco'], '--to', "'yolo' and 'coco'"],
  ])('refuses a second one: %j', (words, flag, values) => {
    expect(sandbox.call(words)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`[SYN_USAGE]: ${flag} takes one value, and is given two: ${values}.`) as string,
    });
  });

  it('is not --set, which collects, nor a switch that says the same twice', () => {
    const { code, stdout } = sandbox.call([
      'plugin',
      'run',
      'echo',
      '--json',
      '--set',
      'a=1',
      '--json',
      '--set',
      'b=2',
    ]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: { a: 1, b: 2 } });
  });
});
