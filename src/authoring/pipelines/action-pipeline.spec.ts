import { Logger } from '@nestjs/common';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { COCODataset, Dataset, YOLODataset } from '../../foundation/data-types/built-in-types.js';
import { Action } from '../decorators/action.decorator.js';
import { ActionPipeline } from './action-pipeline.js';
import { PipelineDefinition } from './pipeline-definition.js';
import { mermaidOf } from './pipeline-mermaid.js';

class StartParams {
  @IsInt() id!: number;
}
class PathResult {
  @IsString() path!: string;
}
class PathParams {
  @IsString() path!: string;
  @IsOptional() @IsInt() size?: number;
}
class CountParams {
  @IsInt() path!: number;
}
class FinalParams {
  @IsInt() id!: number;
  @IsString() path!: string;
}

@Action({ name: 'fetch', params: StartParams, result: PathResult, outputType: Dataset })
class FetchAction {
  execute({ id }: StartParams): PathResult {
    return { path: String(id) };
  }
}
@Action({ params: PathParams, result: PathResult, inputType: YOLODataset })
class ConvertAction {
  execute({ path }: PathParams): PathResult {
    return { path };
  }
}
@Action({ params: CountParams })
class CountAction {
  execute({ path }: CountParams): number {
    return path;
  }
}
@Action({ params: FinalParams })
class FinalAction {
  execute({ path }: FinalParams): string {
    return path;
  }
}
@Action({ inputType: COCODataset })
class CocoAction {
  execute(): void {
    // takes a dataset of another kind
  }
}
class Stranger {}

const quiet = { log: () => undefined, warn: () => undefined };
const refused = (code: string, words = ''): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string }) as Error;

describe(ActionPipeline, () => {
  // Findings that do not refuse a pipeline are logged.
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(true));

  it('has the actions it was given, a length and a text', () => {
    const pipeline = ActionPipeline.of([FetchAction, ConvertAction], { strict: false, logger: quiet });

    expect(pipeline.actions).toEqual([FetchAction, ConvertAction]);
    expect(pipeline).toHaveLength(2);
    expect(String(pipeline)).toBe('ActionPipeline(FetchAction | ConvertAction)');
    expect(pipeline.name).toBe(String(pipeline));
  });

  it('D45: takes strictly what comes from the initial params, or from any result before', () => {
    expect(ActionPipeline.of(FetchAction, ConvertAction, FinalAction).findings).toEqual([
      { level: 'warning', message: expect.stringContaining('may not fit') as string },
    ]);
  });

  it('warns of an output that is more general than the input, and of nothing more specific', () => {
    const { findings } = ActionPipeline.of(FetchAction, ConvertAction);

    expect(findings.map(({ level }) => level)).toEqual(['warning']);
  });

  it('refuses an output of another kind', () => {
    @Action({ result: PathResult, outputType: YOLODataset })
    class YoloAction {
      execute(): PathResult {
        return { path: '' };
      }
    }

    expect(() => ActionPipeline.of(YoloAction, CocoAction)).toThrow(
      refused('SYN_SCHEMA_INCOMPATIBLE', `'YoloAction' outputs 'yolo_dataset' but 'CocoAction' expects 'coco_dataset'`),
    );
  });

  it('refuses a param that comes with another type', () => {
    expect(() => ActionPipeline.of([FetchAction, CountAction] as never, {})).toThrow(
      refused(
        'SYN_SCHEMA_INCOMPATIBLE',
        `Field 'path' of 'CountAction' is integer, but what comes before it has string`,
      ),
    );
  });

  it('refuses what neither the params of its own nor a result has', () => {
    expect(() => ActionPipeline.of([FetchAction, FinalAction], { params: PathParams } as never)).toThrow(
      refused('SYN_SCHEMA_INCOMPATIBLE', `{'id'}`),
    );
  });

  it('checks nothing where that is not wanted', () => {
    expect(ActionPipeline.of([CountAction, FetchAction] as never, { validateSchemas: false }).findings).toEqual([]);
  });

  it('numbers an action that comes again, so that each has a name', () => {
    const { graph } = ActionPipeline.of([FetchAction, FetchAction, FetchAction], { strict: false, logger: quiet });

    expect(graph.nodes.map(({ name, after }) => [name, after])).toEqual([
      ['fetch', []],
      ['fetch_2', ['fetch']],
      ['fetch_3', ['fetch_2']],
    ]);
  });

  it('puts the nodes of a graph into an order in which they can run, else as they were named', () => {
    const pipeline = ActionPipeline.dag({
      last: { action: FinalAction, after: ['a', 'b'] },
      b: { action: ConvertAction, after: ['fetch'] },
      fetch: FetchAction,
      a: { action: ConvertAction, after: ['fetch'] },
    });

    expect(pipeline.graph.nodes.map(({ name }) => name)).toEqual(['fetch', 'b', 'a', 'last']);
    expect(pipeline.graph.ancestors()).toEqual([[], [0], [0], [0, 1, 2]]);
    expect(pipeline.graph.sinks).toEqual([3]);
  });

  it.each([
    ['an empty list', () => ActionPipeline.of(), 'at least one action'],
    ['an empty graph', () => ActionPipeline.dag({}), 'at least one action'],
    ['a class without @Action', () => ActionPipeline.of([Stranger] as never, {}), 'the class Stranger'],
    ['something that is no class', () => ActionPipeline.of([7] as never, {}), 'got 7'],
    ['a list as a graph', () => ActionPipeline.dag([FetchAction] as never), 'an object of nodes'],
    ['an unknown name in after', () => ActionPipeline.dag({ a: { action: 'x', after: ['b'] } } as never), `after 'b'`],
    ['a circle of one', () => ActionPipeline.dag({ a: { action: 'x', after: ['a'] } }), 'a after a'],
    [
      'a circle of two',
      () => ActionPipeline.dag({ r: 'x', a: { action: 'x', after: ['r', 'b'] }, b: { action: 'x', after: ['a'] } }),
      'a after b after a',
    ],
    ['a weight that is none', () => ActionPipeline.dag({ a: { action: 'x', weight: NaN } }), 'from 0 on, got NaN'],
    ['a negative weight', () => ActionPipeline.dag({ a: { action: 'x', weight: -1 } }), 'from 0 on, got -1'],
  ])('refuses %s', (_case, build, words) => {
    expect(build).toThrow(refused('SYN_PIPELINE_DEFINITION', words));
  });

  it('leaves actions that are only named to be checked when they are known', () => {
    const pipeline = ActionPipeline.of('masks', 'train');

    expect(pipeline.findings).toEqual([]);
    expect(pipeline.validateInitialParams({})).toEqual([]);
  });
});

describe(PipelineDefinition, () => {
  it('D02: names its actions as runs report them', () => {
    const definition = new PipelineDefinition(
      'nightly',
      [FetchAction, ConvertAction, 'plugin.acts.Train', 'a/b:C'],
      'At night',
    );

    expect(definition.toDict()).toEqual({
      name: 'nightly',
      description: 'At night',
      actions: [
        { name: 'fetch', entrypoint: 'FetchAction' },
        { name: 'convert', entrypoint: 'ConvertAction' },
        { name: 'Train', entrypoint: 'plugin.acts.Train' },
        { name: 'a/b:C', entrypoint: 'a/b:C' },
      ],
    });
    expect(ActionPipeline.of(FetchAction, ConvertAction).toDefinition('p').toDict().actions).toHaveLength(2);
  });
});

describe(mermaidOf, () => {
  it('draws boxes and arrows, and lets no name end its box', () => {
    const pipeline = ActionPipeline.dag({ 'a"]<b>': 'x', b: { action: 'b', after: ['a"]<b>'], method: 'job' } });

    expect(mermaidOf(pipeline)).toBe('flowchart TD\n  n0["a#quot;]#lt;b#gt;: x"]\n  n1["b (job)"]\n  n0 --> n1\n');
  });
});
