import 'reflect-metadata';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import { Action } from './action.decorator.js';
import { actionOptionsOf, methodActionsOf } from './metadata.accessor.js';

class Params {}

/** Applies a decorator as the compiler does, to what it would not let through. */
function applied(decorator: unknown, ...where: unknown[]): void {
  (decorator as (...where: unknown[]) => void)(...where);
}

describe(Action, () => {
  it('notes its options on the class under a fixed key, which another copy of the package reads as well', () => {
    @Action({ name: 'train', params: Params })
    class TrainAction {
      execute(): void {}
    }

    expect(Reflect.getOwnMetadata('synapse:action', TrainAction)).toEqual({ name: 'train', params: Params });
    expect(actionOptionsOf(TrainAction)).toEqual({ name: 'train', params: Params });
  });

  it('makes the class a provider that Nest injects into', () => {
    class Service {}
    @Action()
    class TrainAction {
      constructor(readonly service: Service) {}
      execute(): void {}
    }

    expect(Reflect.getMetadata('__injectable__', TrainAction)).toBe(true);
    expect(Reflect.getMetadata('design:paramtypes', TrainAction)).toEqual([Service]);
  });

  it('changes neither the class nor its methods', () => {
    class Plain {
      execute(): string {
        return 'as before';
      }
    }
    const { execute } = Plain.prototype;
    applied(Action({ name: 'plain' }), Plain);

    expect(Plain.prototype.execute).toBe(execute);
    expect(Object.keys(Plain)).toEqual([]);
  });

  it('works without parentheses, on a class and on a method', () => {
    @Action
    class Bare {
      execute(): void {}
    }
    class Holder {
      @Action
      count(_params: Params): number {
        return 1;
      }
    }

    expect(actionOptionsOf(Bare)).toEqual({});
    expect(methodActionsOf(Holder)).toEqual([{ method: 'count', options: {} }]);
    expect(new Holder().count(new Params())).toBe(1);
  });

  it('keeps the methods of a class in the order in which they are written', () => {
    class Tools {
      @Action({ name: 'one' })
      first(): void {}
      @Action()
      second(): void {}
    }

    expect(methodActionsOf(Tools)).toEqual([
      { method: 'first', options: { name: 'one' } },
      { method: 'second', options: {} },
    ]);
  });

  it('does not add the methods of a subclass to its parent, nor the other way round', () => {
    class Parent {
      @Action()
      inherited(): void {}
    }
    class Child extends Parent {
      @Action()
      own(): void {}
    }

    expect(methodActionsOf(Parent).map(({ method }) => method)).toEqual(['inherited']);
    expect(methodActionsOf(Child).map(({ method }) => method)).toEqual(['own']);
  });

  it('refuses a static method and a method whose name is a symbol, and says where to put it', () => {
    class Tools {
      static shared(): void {}
    }
    const decorate = (target: object, key: string | symbol) => (): void => applied(Action(), target, key, {});

    expect(decorate(Tools, 'shared')).toThrow(ActionDefinitionError);
    expect(decorate(Tools, 'shared')).toThrow(/static method.*Put it on a method/s);
    expect(decorate(Tools.prototype, Symbol('hidden'))).toThrow(/Symbol\(hidden\).*Put it on a method/s);
    expect(() => applied(Action, Tools, 'shared', {})).toThrow(ActionDefinitionError);
  });
});
