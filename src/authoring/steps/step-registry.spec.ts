import { BaseStep, type StepLike } from './base-step.js';
import { STEP_METADATA } from './step-options.js';
import { membersOf } from './step-plan.js';
import { StepRegistry } from './step-registry.js';
import { StepResult } from './step-result.js';
import { stage, step } from './steps.fixture.js';

class UploadStep extends BaseStep {
  execute(): StepResult {
    return StepResult.ok();
  }
}
// What @Step({ … }) leaves behind.
Reflect.defineMetadata(
  STEP_METADATA,
  { name: 'upload', weight: 0.8, timeoutMs: 60_000, retry: { maxAttempts: 3 } },
  UploadStep,
);
class UndecoratedStep extends UploadStep {}

function registered(...steps: (StepLike | readonly StepLike[])[]): StepRegistry {
  return stage(steps).registry;
}
const names = (registry: StepRegistry): string[] => registry.getSteps().map(({ name }) => name);
const groups = (registry: StepRegistry): string[][] =>
  registry.plan().stages.map((stage) => membersOf(stage).map(({ name }) => name));

describe(StepRegistry, () => {
  it('takes name, weight, retry and time limit from @Step', () => {
    const upload = new UploadStep();

    expect(registered(upload).getSteps()).toEqual([
      { name: 'upload', weight: 0.8, timeoutMs: 60_000, retry: { maxAttempts: 3 }, step: upload },
    ]);
  });

  it('lets the fields of an instance win over @Step, and weighs a step 1 that says nothing', () => {
    const upload = Object.assign(new UploadStep(), { name: 'first', progressWeight: 0, timeoutMs: 5 });

    expect(registered(upload, step('plain')).getSteps()).toMatchObject([
      { name: 'first', weight: 0, timeoutMs: 5 },
      { name: 'plain', weight: 1 },
    ]);
  });

  it('does not lend the name of a decorated class to its subclass', () => {
    expect(() => registered(new UndecoratedStep())).toThrow(
      /UndecoratedStep has no name\. Decorate its class with @Step/,
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /must be an object with an execute\(context\) method, got undefined\. Extend BaseStep/],
    ['null', null, /got null/],
    ['a text', 'upload', /got "upload"/],
    ['an object that does not execute', { name: 'upload' }, /got a plain object/],
    ['an instance of another class', new Map(), /got Map/],
    ['an object without prototype', Object.create(null), /got a plain object/],
  ])('D38: refuses %s, which is no step', (_case, value, message) => {
    const registry = new StepRegistry();

    expect(() => registry.register(value as StepLike)).toThrow(
      expect.objectContaining({ code: 'SYN_STEP_DEFINITION' }),
    );
    expect(() => registry.register(value as StepLike)).toThrow(message);
    expect(registry).toHaveLength(0);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null])('D38: refuses a weight of %p', (weight) => {
    expect(() => registered(step('a', { progressWeight: weight as number }))).toThrow(
      expect.objectContaining({ code: 'SYN_STEP_DEFINITION', message: expect.stringContaining("step 'a'") }),
    );
  });

  it.each<[string, object, RegExp]>([
    ['no name', { name: undefined }, /has no name/],
    ['an empty name', { name: ' ' }, /has no name/],
    ['a name that is no text', { name: 7 }, /has no name/],
    ['a time limit of nothing', { timeoutMs: 0 }, /timeoutMs of step 'a'.*from 1/],
    ['a time limit beyond timers', { timeoutMs: 2 ** 31 }, /timeoutMs of step 'a'.*2147483647/],
    ['no tries at all', { retry: { maxAttempts: 0 } }, /retry\.maxAttempts of step 'a'.*whole number from 1/],
    ['tries without a number', { retry: {} }, /retry\.maxAttempts of step 'a'/],
    ['a pause before now', { retry: { maxAttempts: 2, initialDelayMs: -1 } }, /retry\.initialDelayMs/],
    ['pauses that shrink', { retry: { maxAttempts: 2, backoffFactor: 0.5 } }, /retry\.backoffFactor/],
    ['a longest pause that is none', { retry: { maxAttempts: 2, maxDelayMs: Number.NaN } }, /retry\.maxDelayMs/],
    ['more chance than there is', { retry: { maxAttempts: 2, jitter: 1.1 } }, /retry\.jitter/],
  ])('refuses a step with %s', (_case, parts, message) => {
    expect(() => registered(step('a', parts))).toThrow(message);
  });

  it('refuses an unknown anchor, and names the steps there are', () => {
    const registry = registered(step('a'), step('b'));

    expect(() => registry.insertBefore('zz', step('q'))).toThrow(/Step 'zz' not found\. Registered steps: a, b\./);
    expect(() => new StepRegistry().insertAfter('zz', step('q'))).toThrow(/Registered steps: \(none\)/);
  });

  it('is independent of its copies', () => {
    const original = registered(step('a'), [step('b'), step('c')]);
    const copy = original.copy();
    copy.unregister('a');
    copy.registerGroup([step('d'), step('e')]);

    expect([names(original), names(copy)]).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c', 'd', 'e'],
    ]);
    expect(groups(copy)).toEqual([
      ['b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('runs the steps of a group side by side, and two groups one after the other', () => {
    const registry = registered(step('a'), [step('b'), step('c')], [step('d'), step('e')], step('f'));

    expect(groups(registry)).toEqual([['a'], ['b', 'c'], ['d', 'e'], ['f']]);
  });

  it('never inserts into a group: before and after a member are before and after all of them', () => {
    const registry = registered([step('b'), step('c')]);
    registry.insertBefore('c', step('before'));
    registry.insertAfter('b', step('after'));

    expect(groups(registry)).toEqual([['before'], ['b', 'c'], ['after']]);
  });

  it('registers all steps of a group or none', () => {
    const registry = new StepRegistry();

    expect(() => registry.registerGroup([step('a'), {} as StepLike])).toThrow(/no step|must be an object/);
    expect(registry).toHaveLength(0);
  });

  it('takes classes where an application stands behind it, and describes them by their @Step', () => {
    const registry = new StepRegistry((type) =>
      type === UploadStep ? step('unused', { name: undefined }) : step('other'),
    );
    registry.register(UploadStep);
    registry.registerGroup([UploadStep]);
    registry.copy().insertBefore('upload', UploadStep);

    expect(names(registry)).toEqual(['upload', 'upload']);
  });

  it('refuses a class where no application stands behind it', () => {
    expect(() => new StepRegistry().register(UploadStep)).toThrow(
      /UploadStep was registered by its class.*Register an instance/,
    );
  });

  it.each([
    ['alone', [step('a'), step('a')]],
    ['in a group', [step('a'), [step('b'), step('a')]]],
  ])('D38: allows a name twice, and the orchestrator refuses it when it starts (%s)', async (_case, steps) => {
    const { orchestrator, events } = stage(steps);

    await expect(orchestrator.execute()).rejects.toMatchObject({ code: 'SYN_STEP_DEFINITION', details: { step: 'a' } });
    expect(events).toEqual([]);
  });

  it('refuses weights that add up to no number when the orchestrator starts', async () => {
    const heavy = (name: string): StepLike => step(name, { progressWeight: Number.MAX_VALUE });

    await expect(stage([heavy('a'), heavy('b')]).orchestrator.execute()).rejects.toMatchObject({
      code: 'SYN_STEP_DEFINITION',
    });
  });
});
