import { RuntimeContext } from '../context/runtime-context.js';
import { Action } from './action.decorator.js';
import { actionOptionsOf, methodActionsOf, parameterTypesOf } from './metadata.accessor.js';
import { stepOptionsOf } from '../steps/step-options.js';
import { StepResult } from '../steps/step-result.js';
import { Step } from './step.decorator.js';

class Params {}

@Action({ name: 'parent' })
class Parent {
  execute(): void {}

  @Action()
  count(_params: Params, _ctx: RuntimeContext): void {}
}
class Child extends Parent {}

@Step({ name: 'upload', weight: 0.8 })
class UploadStep {
  execute(): StepResult {
    return StepResult.ok();
  }
}
class OtherStep extends UploadStep {}

describe('What a class says about itself', () => {
  it('is read from the class that says it', () => {
    expect(actionOptionsOf(Parent)).toEqual({ name: 'parent' });
    expect(methodActionsOf(Parent)).toEqual([{ method: 'count', options: {} }]);
    expect(stepOptionsOf(UploadStep)).toEqual({ name: 'upload', weight: 0.8 });
  });

  it('is not taken over by a subclass: two classes must not claim one name', () => {
    expect(actionOptionsOf(Child)).toBeUndefined();
    expect(methodActionsOf(Child)).toEqual([]);
    expect(stepOptionsOf(OtherStep)).toBeUndefined();
  });

  it('is nothing for a class without decorators', () => {
    expect([actionOptionsOf(Params), methodActionsOf(Params), stepOptionsOf(Params)]).toEqual([
      undefined,
      [],
      undefined,
    ]);
  });

  it('includes the types of a decorated method, and only of those', () => {
    expect(parameterTypesOf(Parent, 'count')).toEqual([Params, RuntimeContext]);
    expect(parameterTypesOf(Parent, 'execute')).toBeUndefined();
    expect(parameterTypesOf(Child, 'count')).toBeUndefined();
  });
});
