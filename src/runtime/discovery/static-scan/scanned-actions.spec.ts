import type { ScanResult } from './scan-result.js';
import { scanFolders } from './scan-folders.fixture.js';

describe('scanPlugin, what it says of an action', () => {
  const HEAD = `import { Action, BaseAction, Dataset, ModelWeights, PluginCategory, RunMethod, RuntimeContext, YOLODataset as Yolo } from 'nest-synapse';\n`;
  let found: Record<'all' | 'names' | 'types' | 'methods' | 'typed', ScanResult>;

  beforeAll(async () => {
    found = await scanFolders({
      all: {
        'deep/folder/index.ts': `${HEAD}import type { TrainResult as R } from '../results.js';
          import { TrainParams } from '../params.js';
          const COMMON = { category: PluginCategory.NeuralNet, name: 'overridden' };
          @Action({ ...COMMON, name: 'train', description: 'Train a ' + \`classifier\`, params: TrainParams, result: R as never,
            inputType: Dataset, outputType: ModelWeights, method: RunMethod.Job, timeoutMs: 1 })
          export class TrainAction extends BaseAction {}`,
        'deep/params.ts': `class Params {} export { Params as TrainParams };`,
        'deep/results.ts': `export class TrainResult {}`,
      },
      names: {
        'names.ts': `export const EXPORT_NAME = 'export_onnx'; export enum Names { Train = 'enum_train' }
          export const NAMES = Object.freeze({ deep: { test: 'deep_test' } }); export default 'default_name';`,
        'a.ts': `${HEAD}import fallback, { EXPORT_NAME, NAMES, Names } from './names.js'; import * as names from './names.js';
          const LOCAL = 'local' as const; const OPTIONS = { name: \`\${LOCAL}_options\` }; const loop = loop2; const loop2 = loop; let later = 'x';
          const { deep: { test: picked } } = NAMES;
          @Action({ name: LOCAL }) export class A1 {}
          @Action({ name: EXPORT_NAME }) export class A2 {}
          @Action({ name: Names.Train }) export class A3 {}
          @Action({ name: names.NAMES.deep.test }) export class A4 {}
          @Action(OPTIONS) export class A5 {}
          @Action({ ['na' + 'me']: fallback }) export class A6 {}
          @Action({ name: A7.KEY }) export class A7 { static readonly KEY = 'static'; }
          @Action({ name: undefined }) export class HTTPExportAction {}
          @Action() export class Action_ {}
          @Action({ name: picked + '_2' }) export class A8 {}
          @Action({ name: makeName() }) export class D1 {}
          @Action({ name: later }) export class D2 {}
          @Action({ name: loop }) export class D3 {}
          @Action({ name: 'x', ...unknown() }) export class D4 {}
          @Action(makeOptions()) export class D5 {}
          @Action({ name: '' }) export class D6 {}`,
      },
      types: {
        'types.ts': `${HEAD}export class Tiles extends Yolo { static override readonly typeName: string = 'tile_dataset'; }
          export class BigTiles extends Tiles {} export class Loop1 extends Loop2 {} export class Loop2 extends Loop1 {}`,
        'a.ts': `${HEAD}import { BigTiles, Loop1 } from './types.js'; import * as sdk from 'nest-synapse';
          @Action({ inputType: Yolo, outputType: BigTiles }) export class T1 {}
          @Action({ inputType: sdk.ONNXModel, outputType: null }) export class T2 {}
          @Action({ inputType: pick(), outputType: Loop1 }) export class T3 {}
          @Action({ inputType: Dataset, outputType: ModelWeights }) export class Base {}
          @Action() export class Child extends Base {}`,
      },
      methods: {
        'tools.ts': `${HEAD}import * as p from './params.js';
          @Injectable() export class Tools {
            @Action({ description: 'Count' }) count(params: p.CountParams, ctx: RuntimeContext) {}
            @Action({ name: 'other' }) async run(@Arg() { a }: p.CountParams = {}) {}
            @Action() bare(ctx: RuntimeContext<p.CountParams>) {}
            @Action({ params: p.CountParams }) typed(params: unknown) {}
            @Action() 'with-dash'() {}
            @Action() ['com' + 'puted']() {}
            @Action() [Symbol.iterator]() {}
            @Action() static fixed() {}
            @Action() field = () => 1;
            @Action() get value() { return 1; }
            @Action() #hidden() {}
            @Other() plain() {}
          }
          export abstract class Shape { @Action() area() {} }
          @Action() export class Both { @Action() extra() {} execute() {} }`,
        'params.ts': `export class CountParams {}`,
      },
      typed: {
        'params.ts': `export class CountParams {}`,
        'tools.ts': `${HEAD}import { CountParams as Params } from './params.js'; class OwnParams {} interface Shape {}
          export class Tools { constructor(private readonly service: Service) {}
            /* é😀 */ @Action() one(@Arg() params: Params, ctx?: RuntimeContext): void {}
            @Action() two(params: OwnParams = new OwnParams()): void {}
            @Action() three(params: Shape): void {} }`,
      },
    });
  }, 60_000);

  it('reads every option that is fixed in the source, across files', () => {
    expect(found.all.actions).toEqual([
      {
        kind: 'class',
        file: 'deep/folder/index.ts',
        line: 7,
        column: 24,
        className: 'TrainAction',
        entrypoint: 'deep/folder/index:TrainAction',
        localPath: ['TrainAction'],
        exportPath: ['TrainAction'],
        name: 'train',
        description: 'Train a classifier',
        category: 'neural_net',
        method: 'job',
        inputType: 'dataset',
        outputType: 'model_weights',
        paramsClass: 'Params',
        resultClass: 'TrainResult',
      },
    ]);
    expect(found.all.warnings).toEqual([]);
  });

  it('reads names from constants, enums, objects and statics, else makes one of the class name', () => {
    const names = Object.fromEntries(found.names.actions.map(({ className, name }) => [className, name]));

    expect(names).toMatchObject({
      A1: 'local',
      A2: 'export_onnx',
      A3: 'enum_train',
      A4: 'deep_test',
      A5: 'local_options',
      A6: 'default_name',
      A7: 'static',
      A8: 'deep_test_2',
      HTTPExportAction: 'httpexport',
      Action_: 'action_',
    });
  });

  it('warns of a name that only running the code would tell, and keeps the action', () => {
    const unnamed = found.names.actions.filter(({ name }) => name === null).map(({ className }) => className);

    expect(unnamed).toEqual(['D1', 'D2', 'D3', 'D4', 'D5', 'D6']);
    expect(found.names.warnings.map(({ code }) => code)).toEqual([
      ...Array<string>(5).fill('dynamic_name'),
      'empty_name',
    ]);
    expect(found.names.warnings[0]).toMatchObject({
      file: 'a.ts',
      line: 15,
      column: 11,
      message: expect.stringContaining('D1'),
    });
  });

  it('reads data types by their semantic name, own types and inherited names included', () => {
    const types = found.types.actions.map(({ className, inputType, outputType }) => [className, inputType, outputType]);

    expect(types).toEqual([
      ['T1', 'yolo_dataset', 'tile_dataset'],
      ['T2', 'onnx_model', null],
      ['T3', null, null],
      ['Base', 'dataset', 'model_weights'],
      // The registry reads a class's own decorator, so a subclass has no types of its base either.
      ['Child', null, null],
    ]);
    expect(found.types.warnings.map(({ code, line }) => [code, line])).toEqual([
      ['dynamic_type', 5],
      ['dynamic_type', 5],
    ]);
  });

  it('finds method actions, with the params class of their first parameter', () => {
    const described = found.methods.actions.map(({ kind, name, entrypoint, methodName, paramsClass }) => ({
      kind,
      name,
      entrypoint,
      methodName,
      paramsClass,
    }));

    expect(described).toEqual([
      {
        kind: 'method',
        name: 'count',
        entrypoint: 'tools:Tools.count',
        methodName: 'count',
        paramsClass: 'CountParams',
      },
      { kind: 'method', name: 'other', entrypoint: 'tools:Tools.run', methodName: 'run', paramsClass: 'CountParams' },
      { kind: 'method', name: 'bare', entrypoint: 'tools:Tools.bare', methodName: 'bare', paramsClass: undefined },
      {
        kind: 'method',
        name: 'typed',
        entrypoint: 'tools:Tools.typed',
        methodName: 'typed',
        paramsClass: 'CountParams',
      },
      {
        kind: 'method',
        name: 'with-dash',
        entrypoint: 'tools:Tools.with-dash',
        methodName: 'with-dash',
        paramsClass: undefined,
      },
      {
        kind: 'method',
        name: 'computed',
        entrypoint: 'tools:Tools.computed',
        methodName: 'computed',
        paramsClass: undefined,
      },
      { kind: 'class', name: 'both', entrypoint: 'tools:Both', methodName: undefined, paramsClass: undefined },
      { kind: 'method', name: 'extra', entrypoint: 'tools:Both.extra', methodName: 'extra', paramsClass: undefined },
    ]);
  });

  it('knows the type of a parameter whichever keywords the file has', () => {
    expect(found.typed.actions.map(({ name, paramsClass }) => [name, paramsClass])).toEqual([
      ['one', 'CountParams'],
      ['two', 'OwnParams'],
      ['three', undefined],
    ]);
  });

  it('warns of decorated members that are no methods of an instance, and of those of abstract classes', () => {
    expect(found.methods.warnings.map(({ code, line }) => [code, line])).toEqual([
      ['dynamic_name', 10],
      ['not_a_method', 11],
      ['not_a_method', 12],
      ['not_a_method', 13],
      ['not_a_method', 14],
      ['abstract_class', 17],
    ]);
  });
});
