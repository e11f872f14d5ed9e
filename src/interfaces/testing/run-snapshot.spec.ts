import { randomUUID } from 'node:crypto';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { MemoryRunStore } from '../../runtime/run-store/memory-run-store.js';
import { createActionTester } from './action-tester.js';
import { snapshotOfRun } from './run-snapshot.js';

@Step({ name: 'fetch' })
class FetchStep extends BaseStep {
  execute(): StepResult {
    return StepResult.ok({ file: randomUUID(), at: new Date().toISOString() });
  }
}
@Action({ name: 'report', steps: [FetchStep] })
class ReportAction extends BaseAction<object, object> {
  override resultOfSteps(): object {
    return { made: new Date().toISOString(), by: this.ctx.runId };
  }
}
@Action({ name: 'fail' })
class FailAction extends BaseAction {
  execute(_params: object, ctx: RuntimeContext<object>): never {
    ctx.log('about to fail', { run: ctx.runId });
    throw new Error(`no luck with ${ctx.runId}`);
  }
}

const REPORT = `run:
  plugin: tested
  action: report
  status: completed
  attempt: 1
  params: {}
  result:
    made: <time>
    by: <id 1>
journal:
  - step: fetch
    came:
      success: true
      skipped: false
      data:
        file: <id 2>
        at: <time>
      error: null
      timestamp: <time>
      needs_undo: true
      next: []
      percent: 100
    rollback_data: {}
events:
  - run.started:
      plugin: tested
      action: report
      mode: local
  - step.started:
      step: fetch
      attempt: 1
  - step.completed:
      step: fetch
      attempt: 1
      elapsed: <time>
  - progress:
      key: null
      percent: 100
      overall: 100
      current: null
      total: null
      time_remaining: <time>
      elapsed_time: <time>
      status: completed
  - run.completed: {}
`;

describe(snapshotOfRun, () => {
  it('says what happened, and not when or under which id', async () => {
    const tester = await createActionTester(ReportAction, { store: new MemoryRunStore({ isDurable: true }) });
    const first = await tester.run();
    const second = await tester.run();

    expect(first.snapshot()).toBe(second.snapshot());
    expect(first.snapshot()).toBe(REPORT);
    await tester.close();
  });

  it('tells two ids apart, and the same id from others', async () => {
    const tester = await createActionTester(FailAction);
    const run = await tester.run();

    const text = run.snapshot();

    expect(text).toContain('message: "Action execution failed: no luck with <id 1>"');
    expect(text).toContain('about to fail\n      data:\n        run: <id 1>');
    expect(text).toContain('stack: <stack>');
    expect(text).not.toContain(run.id);
    await tester.close();
  });
});
