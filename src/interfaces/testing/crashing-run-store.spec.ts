import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { MemoryRunStore } from '../../runtime/run-store/memory-run-store.js';
import { createActionTester } from './action-tester.js';
import { CRASH_VARIABLE, CrashingRunStore, CrashMoment, type CrashPoint } from './crashing-run-store.js';

@Step({ name: 'one' })
class OneStep extends BaseStep {
  execute(): StepResult {
    return StepResult.ok();
  }
}
@Step({ name: 'two' })
class TwoStep extends OneStep {}
@Action({ name: 'pair', steps: [OneStep, TwoStep] })
class PairAction extends BaseAction {}

async function crashed(point: CrashPoint): Promise<{ status?: string; steps: string[]; store: CrashingRunStore }> {
  const inner = new MemoryRunStore({ isDurable: true });
  let die: () => void = () => undefined;
  const death = new Promise<void>((resolve) => (die = resolve));
  const store = new CrashingRunStore(inner, { point, crash: die });
  const tester = await createActionTester(PairAction, { store });
  void tester.start();
  await death;
  const [run] = inner.list();
  return { status: run?.status, steps: run ? inner.journal(run.id).map(({ name }) => name) : [], store };
}

describe(CrashingRunStore, () => {
  it('counts the writes of a run where nothing crashes', async () => {
    const store = new CrashingRunStore(new MemoryRunStore({ isDurable: true }));
    const tester = await createActionTester(PairAction, { store });
    await tester.run();

    expect(store.writes).toBe(3); // created, the first step, the second with the end
    expect(store.isDead).toBe(false);
    await tester.close();
  });

  it.each([
    [1, CrashMoment.Before, undefined, []],
    [1, CrashMoment.After, 'running', []],
    [2, CrashMoment.Before, 'running', []],
    [2, CrashMoment.After, 'running', ['one']],
    [3, CrashMoment.Before, 'running', ['one']],
    [3, CrashMoment.After, 'completed', ['one', 'two']],
  ])('at write %d, %s, leaves what is durable and answers nothing any more', async (write, moment, status, steps) => {
    const found = await crashed({ write, moment });

    expect(found).toMatchObject({ status, steps });
    expect(found.store.isDead).toBe(true);
    const silence = Promise.race([found.store.list(), new Promise((resolve) => setImmediate(resolve, 'silent'))]);
    expect(await silence).toBe('silent');
  });

  describe('from the environment', () => {
    afterEach(() => delete process.env[CRASH_VARIABLE]);

    it('crashes where the variable says, and nowhere without it', async () => {
      const inner = new MemoryRunStore({ isDurable: true });
      expect(CrashingRunStore.fromEnvironment(inner).isDead).toBe(false);
      process.env[CRASH_VARIABLE] = '1:before';
      let crashes = 0;
      const store = CrashingRunStore.fromEnvironment(inner, { crash: () => crashes++ });
      void store.update('any', {});
      void store.update('any', {});

      expect([crashes, store.isDead]).toEqual([1, true]);
    });

    it.each(['0:before', '1', 'x:after', '1:never', ''])('refuses %p', (text) => {
      process.env[CRASH_VARIABLE] = text;

      expect(() => CrashingRunStore.fromEnvironment(new MemoryRunStore())).toThrow(
        expect.objectContaining({ code: 'SYN_USAGE' }),
      );
    });
  });

  it('needs to be told how a write is torn', () => {
    const point = { write: 1, moment: CrashMoment.Torn };

    expect(() => new CrashingRunStore(new MemoryRunStore(), { point })).toThrow(/tear/);
  });
});
