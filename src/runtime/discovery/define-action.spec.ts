import { IsInt } from 'class-validator';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action, type ActionOptions, type ClassOf } from '../../authoring/decorators/action.decorator.js';
import { methodActionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { createPluginConfig } from '../../foundation/config/plugin-config.js';
import { YOLODataset } from '../../foundation/data-types/built-in-types.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import { defineActions } from './define-action.js';
import type { PluginIdentity } from './plugin-identity.js';

class Params {
  @IsInt()
  n = 1;
}
class Result {}
interface Shape {
  readonly n: number;
}

class TrainAction {}
class HTTPExportAction {}

const HOST: PluginIdentity = { code: 'app' };

function define(options: ActionOptions = {}, identity: PluginIdentity = HOST, type: ClassOf<object> = TrainAction) {
  return defineActions({ type, options }, identity);
}

function configured(values: object): PluginIdentity {
  return { code: 'digits', config: createPluginConfig({ name: 'Digits', code: 'digits', ...values }) };
}

class Methods {
  @Action()
  plain(_params: Params): void {}
  @Action()
  contextOnly(_ctx: RuntimeContext): void {}
  @Action()
  nothing(): void {}
  @Action({ params: Params })
  declared(_params: Shape): void {}
  @Action()
  shape(_params: Shape): void {}
  @Action()
  list(_params: Params[]): void {}
  @Action()
  text(_params: string): void {}
  @Action()
  unknown(_params: unknown): void {}
  @Action()
  either(_params: Params | Result): void {}
}

function defineMethod(name: keyof Methods) {
  const found = methodActionsOf(Methods).find(({ method }) => method === name);
  if (!found) throw new Error(`${name} is not decorated`);
  return defineActions({ type: Methods, ...found }, HOST);
}

describe(defineActions, () => {
  it('fills in what the decorator leaves out', () => {
    expect(define()).toEqual([
      expect.objectContaining({
        plugin: 'app',
        name: 'train',
        description: '',
        category: 'custom',
        entrypoint: 'TrainAction',
        isStrictResult: false,
        ignoresUnknownParams: false,
        permissions: [],
        env: {},
      }),
    ]);
    expect(define()[0]?.method).toBeUndefined();
  });

  it('names a class as the original does', () => {
    expect(define({}, HOST, HTTPExportAction)[0]?.name).toBe('httpexport');
  });

  it('takes over what the decorator says', () => {
    const options: ActionOptions<Params, Result> = {
      name: 'fit',
      description: 'Fits',
      category: 'neural_net',
      params: Params,
      result: Result,
      strictResult: true,
      inputType: YOLODataset,
      method: 'job',
      timeoutMs: 5,
      permissions: ['train'],
    };

    expect(define(options)[0]).toMatchObject({
      name: 'fit',
      description: 'Fits',
      category: 'neural_net',
      paramsType: Params,
      resultType: Result,
      isStrictResult: true,
      inputType: YOLODataset,
      inputTypeName: 'yolo_dataset',
      method: 'job',
      timeoutMs: 5,
      permissions: ['train'],
      options,
    });
  });

  describe('with a config.yaml', () => {
    it('lets an entry with the entrypoint give the name, description, method and types', () => {
      const identity = configured({
        env: { A: '1' },
        actions: {
          fit: {
            name: 'fit',
            entrypoint: 'TrainAction',
            description: 'From the file',
            method: 'local',
            output_type: 'model_weights',
          },
        },
      });

      expect(define({ name: 'train', description: 'From the code', method: 'job' }, identity)).toEqual([
        expect.objectContaining({
          plugin: 'digits',
          name: 'fit',
          description: 'From the file',
          method: 'local',
          outputTypeName: 'model_weights',
          env: { A: '1' },
        }),
      ]);
    });

    it('does not let a default that the file leaves unsaid override the decorator', () => {
      const identity = configured({ actions: { train: { name: 'train' } } });

      expect(define({ description: 'From the code', method: 'job' }, identity)[0]).toMatchObject({
        description: 'From the code',
        method: 'job',
      });
    });

    it('makes an action of each entry with the entrypoint', () => {
      const entry = { entrypoint: 'TrainAction' };
      const identity = configured({
        actions: { small: { name: 'small', ...entry }, large: { name: 'large', ...entry } },
      });

      expect(define({}, identity).map(({ name }) => name)).toEqual(['small', 'large']);
    });

    it('leaves an entry alone that has the name but leads elsewhere', () => {
      const identity = configured({
        actions: { train: { name: 'train', entrypoint: 'other:Thing', description: 'Another one' } },
      });

      expect(define({}, identity)).toEqual([expect.objectContaining({ name: 'train', description: '' })]);
    });

    it('gives the category of the plugin to an action that has none', () => {
      const identity = configured({ category: 'export' });

      expect(define({}, identity)[0]?.category).toBe('export');
      expect(define({ category: 'upload' }, identity)[0]?.category).toBe('upload');
    });

    it('ignores unknown params where the plugin, or the entry of the action, says so', () => {
      const ofPlugin = configured({ unknown_params: 'ignore' });
      const ofEntry = configured({
        unknown_params: 'ignore',
        actions: { train: { name: 'train', unknown_params: 'refuse' } },
      });

      expect(define({}, ofPlugin)[0]?.ignoresUnknownParams).toBe(true);
      expect(define({}, ofEntry)[0]?.ignoresUnknownParams).toBe(false);
    });
  });

  describe('of a method', () => {
    it.each<[keyof Methods, unknown]>([
      ['plain', Params],
      ['declared', Params],
      ['contextOnly', undefined],
      ['nothing', undefined],
    ])('%s has the params class %p', (name, expected) => {
      expect(defineMethod(name)).toEqual([
        expect.objectContaining({ name, entrypoint: `Methods.${name}`, paramsType: expected }),
      ]);
    });

    it.each<[keyof Methods]>([['shape'], ['list'], ['text'], ['unknown'], ['either']])(
      '%s is refused, since its params class is not known at run time, with the cure',
      (name) => {
        expect(() => defineMethod(name)).toThrow(ActionDefinitionError);
        expect(() => defineMethod(name)).toThrow(/Declare a class and import it as a value, or name it in @Action/);
      },
    );

    it('is refused when it was compiled without decorator metadata and takes params', () => {
      class Plain {
        count(_params: object): void {}
        none(): void {}
      }
      const found = (method: string) => ({ type: Plain, method, options: {} });

      expect(() => defineActions(found('count'), HOST)).toThrow(/emitDecoratorMetadata/);
      expect(defineActions(found('none'), HOST)[0]?.paramsType).toBeUndefined();
      expect(defineActions({ ...found('count'), options: { params: Params } }, HOST)[0]?.paramsType).toBe(Params);
    });
  });

  describe('of a subclass', () => {
    @Action({ name: 'parent', params: Params, result: Result })
    class Parent {
      execute(_params: Params): Result {
        return new Result();
      }
    }
    class Child extends Parent {}
    class OwnParams extends Params {}

    it('keeps the params and result class of the nearest decorated ancestor, and never its name', () => {
      expect(define({}, HOST, Child)[0]).toMatchObject({ name: 'child', paramsType: Params, resultType: Result });
    });

    it('has its own where it declares them', () => {
      expect(define({ params: OwnParams }, HOST, Child)[0]).toMatchObject({
        paramsType: OwnParams,
        resultType: Result,
      });
    });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('refuses a time limit of %p ms', (timeoutMs) => {
    expect(() => define({ timeoutMs })).toThrow(expect.objectContaining({ code: 'SYN_ACTION_DEFINITION' }));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31])('refuses a lease of %p ms', (leaseMs) => {
    expect(() => define({ leaseMs })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ lease_ms: leaseMs }) }),
    );
  });

  it.each([1, 2_147_483_647])('takes a time limit of %p ms', (timeoutMs) => {
    expect(define({ timeoutMs })[0]?.timeoutMs).toBe(timeoutMs);
  });

  it.each(['', ' ', ' train', 'train\n'])('refuses the name %p', (name) => {
    expect(() => define({ name })).toThrow(expect.objectContaining({ code: 'SYN_ACTION_DEFINITION' }));
  });
});
