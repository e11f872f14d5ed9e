import { type Finished, SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const CONFIG = `name: Flow
code: flow
category: custom
pipelines:
  nightly:
    description: Every night
    actions: [fetch, { action: boxes, after: [fetch] }, { action: masks, after: [fetch], weight: 2 }, train]
  in_code: pipelines/fetching.pipeline:fetching
`;

const ACTIONS = `import { Action, BaseAction, type RuntimeContext } from 'nest-synapse';
import { IsInt, IsString } from 'class-validator';

export class FetchParams {
  @IsInt() id!: number;
}
export class FetchResult {
  @IsString() path!: string;
}
@Action({ name: 'fetch', params: FetchParams, result: FetchResult, method: 'local' })
export class FetchAction extends BaseAction<FetchParams, FetchResult> {
  override execute({ id }: FetchParams): FetchResult {
    return { path: '/data/' + id };
  }
  override compensate(params: FetchParams, result: FetchResult, ctx: RuntimeContext): void {
    ctx.log('removed', { id: params.id, path: result.path });
  }
}
export class PathParams {
  @IsString() path!: string;
}
export class BoxesResult {
  @IsInt() boxes!: number;
}
@Action({ name: 'boxes', params: PathParams, result: BoxesResult, method: 'local' })
export class BoxesAction extends BaseAction<PathParams, BoxesResult> {
  override execute({ path }: PathParams): BoxesResult {
    return { boxes: path.length };
  }
}
export class MasksResult {
  @IsInt() masks!: number;
}
@Action({ name: 'masks', params: PathParams, result: MasksResult, method: 'local' })
export class MasksAction {
  execute({ path }: PathParams): MasksResult {
    return { masks: path.length * 2 };
  }
}
export class TrainParams {
  @IsInt() boxes!: number;
  @IsInt() masks!: number;
  @IsInt() epochs = 3;
}
@Action({ name: 'train', params: TrainParams, method: 'local' })
export class TrainAction extends BaseAction<TrainParams, object> {
  override execute(params: TrainParams): object {
    if (params.epochs > 50) throw new Error('too many epochs');
    console.log('training');
    return { ...params };
  }
}
`;

const FETCHING = `import { ActionPipeline } from 'nest-synapse';
import { BoxesAction, FetchAction } from '../actions.js';

export const fetching = ActionPipeline.of(FetchAction, BoxesAction);
`;

interface Shown {
  readonly id: string;
  readonly action: string;
  readonly status: string;
}

describe('synapse pipeline', () => {
  let sandbox: SynapseSandbox;

  beforeAll(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'actions.ts': ACTIONS, 'pipelines/fetching.pipeline.ts': FETCHING });
  });
  afterAll(() => sandbox.remove());

  const call = (...words: string[]): Finished => sandbox.call(['pipeline', ...words]);

  it('runs a pipeline of config.yaml and prints the result of its last action', () => {
    const { code, stdout, stderr } = call('run', 'nightly', '--params', '{"id":7}', '--set', 'epochs=2');

    expect(stdout).toBe('{"epochs":2,"boxes":7,"masks":14}\n');
    expect(stderr).toContain('training');
    expect(code).toBe(0);
  });

  it('keeps one run for the pipeline and one for each of its actions', () => {
    const { stdout } = call('run', 'nightly', '--params', '{"id":7}', '--json', '--store', 'kept.sqlite');
    const { id, status, result } = JSON.parse(stdout) as { id: string; status: string; result: object };
    const listed = JSON.parse(sandbox.call(['run', 'list', '--json', '--store', 'kept.sqlite']).stdout) as Shown[];

    expect({ status, result }).toEqual({ status: 'completed', result: { epochs: 3, boxes: 7, masks: 14 } });
    expect(listed.map(({ action }) => action).sort()).toEqual(['boxes', 'fetch', 'masks', 'pipeline:nightly', 'train']);
    expect(listed.find(({ action }) => action === 'pipeline:nightly')?.id).toBe(id);
  });

  it('runs a pipeline that a TypeScript file exports', () => {
    const { code, stdout } = call('run', 'in_code', '--params', '{"id":12}');

    expect(stdout).toBe('{"boxes":8}\n');
    expect(code).toBe(0);
  });

  it('compensates when an action fails, says so, and ends with 1', () => {
    const { code, stdout, stderr } = call('run', 'nightly', '--params', '{"id":7,"epochs":51}', '--json');

    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      error: {
        code: 'SYN_PIPELINE_FAILED',
        message: `Action 'train' failed: too many epochs`,
        details: { action: 'train', undone: [{ step: 'fetch', ok: true }] },
      },
    });
    expect(stderr).toContain('removed {"id":7,"path":"/data/7"}');
    expect(code).toBe(1);
  });

  it.each([
    ['params that are no object', ['run', 'nightly', '--params', '[1]'], 4, 'SYN_PARAMS_INVALID'],
    ['a param that an action needs and nobody gives', ['run', 'nightly'], 4, 'SYN_PIPELINE_PARAMS'],
    ['a param of a wrong type', ['run', 'nightly', '--params', '{"id":"x"}'], 4, 'SYN_PIPELINE_PARAMS'],
    ['a mistyped param', ['run', 'nightly', '--params', '{"id":1}', '--set', 'epoch=9'], 4, "Did you mean 'epochs'?"],
    [
      'a value that only the last action refuses, before the first one runs',
      ['run', 'nightly', '--params', '{"id":1,"epochs":"many"}', '--json', '--store', 'none.sqlite'],
      4,
      'epochs: epochs must be an integer number',
    ],
    [
      'a wrong value when asked',
      ['validate', 'nightly', '--params', '{"id":"x"}'],
      4,
      'id: id must be an integer number',
    ],
    ['an unknown pipeline', ['run', 'nightle'], 2, 'SYN_PIPELINE_NOT_FOUND'],
    ['no name where there are several', ['run'], 2, 'SYN_USAGE'],
    ['params that are no JSON', ['run', 'nightly', '--params', '{'], 2, 'SYN_USAGE'],
    ['a second name', ['run', 'nightly', 'in_code'], 2, ''],
  ])('refuses %s', (_case, words, code, error) => {
    const finished = call(...words);

    expect(finished.stderr).toContain(error);
    expect(finished.stdout.replace(/^\{"id":null,.*\n$/, '')).toBe('');
    expect(finished.code).toBe(code);
  });

  it('warns of a mistyped param where the pipeline is not strict', () => {
    const lenient = `${CONFIG}  loose: { strict: false, actions: [fetch] }\n`;
    sandbox.write({ '../loose/config.yaml': lenient.replace(/ {2}in_code.*\n/, ''), '../loose/actions.ts': ACTIONS });
    const { code, stderr } = call('run', 'loose', '--path', '../loose', '--params', '{"id":1,"ids":2}');

    expect(stderr).toContain(
      "Warning: params of pipeline 'loose': ids: is taken by none of its actions. Did you mean 'id'?",
    );
    expect(code).toBe(0);
  });

  it('draws a pipeline as a Mermaid flow chart', () => {
    expect(call('graph', 'nightly').stdout).toBe(
      [
        'flowchart TD',
        ...['  n0["fetch"]', '  n1["boxes"]', '  n2["masks"]', '  n3["train"]'],
        ...['  n0 --> n1', '  n0 --> n2', '  n1 --> n3', '  n2 --> n3', ''],
      ].join('\n'),
    );
    expect(JSON.parse(call('graph', 'nightly', '--json').stdout)).toMatchObject({
      name: 'nightly',
      nodes: [
        { name: 'fetch', after: [] },
        { name: 'boxes' },
        { name: 'masks', weight: 2 },
        { after: ['boxes', 'masks'] },
      ],
    });
  });

  it('validates all pipelines, and the params of one', () => {
    expect(call('validate')).toEqual({
      code: 0,
      stdout: "Pipeline 'nightly' is valid: 4 actions.\nPipeline 'in_code' is valid: 2 actions.\n",
      stderr: '',
    });
    expect(call('validate', 'nightly', '--params', '{}')).toMatchObject({ code: 4, stdout: '' });
    expect(call('validate', 'nightly', '--params', '{"id":1}').code).toBe(0);
  });
});

describe('synapse pipeline with faults in config.yaml', () => {
  let sandbox: SynapseSandbox;
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'actions.ts': ACTIONS });
  });
  afterEach(() => sandbox.remove());

  const validate = (pipelines: string): Finished => {
    sandbox.write({ 'config.yaml': `name: Flow\ncode: flow\npipelines:\n${pipelines}` });
    return sandbox.call(['pipeline', 'validate']);
  };

  it.each([
    ['no actions', '  a: []\n', 'SYN_CONFIG_INVALID'],
    ['neither actions nor entrypoint', '  a: { description: nothing }\n', 'SYN_CONFIG_INVALID'],
    ['a mistyped key', '  a: [fetch, { action: boxes, aftr: [fetch] }]\n', 'aftr'],
    ['a negative weight', '  a: [{ action: fetch, weight: -1 }]\n', 'weight'],
    ['an unknown method', '  a: [{ action: fetch, method: moon }]\n', 'method'],
    ['an action that is not there', '  a: [fetch, nope]\n', 'SYN_PIPELINE_DEFINITION'],
    ['an unknown name in after', '  a: [{ action: fetch, after: [nope] }]\n', 'SYN_PIPELINE_DEFINITION'],
    ['a name that two have', '  a: [fetch, fetch]\n', 'SYN_PIPELINE_DEFINITION'],
    [
      'a circle',
      '  a: [{ action: fetch, after: [boxes] }, { action: boxes, after: [fetch] }]\n',
      'fetch after boxes after fetch',
    ],
    ['actions that do not fit', '  a: [fetch, train]\n', 'SYN_SCHEMA_INCOMPATIBLE'],
    ['an entrypoint that leads nowhere', '  a: pipelines/nope:nope\n', 'SYN_PIPELINE_DEFINITION'],
  ])('refuses %s', (_case, pipelines, words) => {
    const { code, stdout, stderr } = validate(pipelines);

    expect(stderr).toContain(words);
    expect(stdout).toBe('');
    expect(code).toBe(3);
  });

  it('warns and runs where the pipeline is not strict', () => {
    const { code, stdout, stderr } = validate('  a: { strict: false, actions: [masks, train] }\n');

    expect(stdout).toBe("Pipeline 'a' is valid: 2 actions.\n");
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('is told of by plugin check', () => {
    validate('  a: [fetch, nope]\n');
    const { code, stdout } = sandbox.call(['plugin', 'check']);

    expect(stdout).toContain(`Node 'nope' of pipeline 'a' names an action that is not there`);
    expect(code).not.toBe(0);
  });

  it('keeps an action of the plugin running although a pipeline is broken', () => {
    validate('  a: [fetch, nope]\n');

    expect(sandbox.call(['plugin', 'run', 'fetch', '--set', 'id=3'])).toMatchObject({
      code: 0,
      stdout: '{"path":"/data/3"}\n',
    });
    expect(sandbox.call(['pipeline', 'run'])).toMatchObject({ code: 3, stdout: '' });
  });
});
