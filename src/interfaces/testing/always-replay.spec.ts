import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import type { OrchestratorSummary } from '../../authoring/steps/step-orchestrator.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { type ActionTesterOptions, createActionTester } from './action-tester.js';
import type { TestedRun } from './tested-run.js';
import { VirtualClock } from './virtual-clock.js';

class Context extends StepContext {
  lines: string[] = [];
  seed = 0;
}

@Step({ name: 'plan' })
class PlanStep extends BaseStep<Context> {
  execute(context: Context): StepResult {
    context.lines.push('planned');
    return StepResult.ok({ count: context.lines.length });
  }
}
@Step({ name: 'left' })
class LeftStep extends BaseStep<Context> {
  async execute(): Promise<StepResult> {
    return StepResult.ok({ left: true });
  }
}
@Step({ name: 'right' })
class RightStep extends BaseStep<Context> {
  async execute(): Promise<StepResult> {
    return StepResult.ok({ right: true });
  }
}
@Step({ name: 'finish', retry: { maxAttempts: 2, initialDelayMs: 60_000 } })
class FinishStep extends BaseStep<Context> {
  tries = 0;
  execute(context: Context): StepResult {
    if (++this.tries % 2 === 1) return StepResult.fail('busy');
    context.lines.push('finished');
    return StepResult.ok();
  }
}

@Action({ name: 'sound', steps: [PlanStep, [LeftStep, RightStep], FinishStep], context: Context })
class SoundAction extends BaseAction<object, string[]> {
  override resultOfSteps({ lines }: Context): string[] {
    return lines;
  }
}

@Step({ name: 'throw_dice' })
class DiceStep extends BaseStep<Context> {
  execute(context: Context): StepResult {
    context.seed = Math.random();
    return StepResult.ok({ thrown: Math.random() });
  }
}
@Action({ name: 'chance', steps: [PlanStep, DiceStep], context: Context })
class ChanceAction extends BaseAction {}

/** Keeps in a field what belongs into the context: a fresh process does not have it. */
@Step({ name: 'count_in_field' })
class CountingStep extends BaseStep<Context> {
  static starts = 0;
  readonly started = ++CountingStep.starts;
  execute(): StepResult {
    return StepResult.ok({ started: this.started });
  }
}
@Action({ name: 'forgetful', steps: [CountingStep], context: Context })
class ForgetfulAction extends BaseAction<object, OrchestratorSummary> {}

class SocketContext extends StepContext {
  peers = new Map<string, number>();
}
@Step({ name: 'connect' })
class ConnectStep extends BaseStep<SocketContext> {
  execute({ peers }: SocketContext): StepResult {
    peers.set('a', 1);
    return StepResult.ok();
  }
}
@Action({ name: 'connected', steps: [ConnectStep], context: SocketContext })
class ConnectedAction extends BaseAction {}

const undone: string[] = [];
@Step({ name: 'reserve' })
class ReserveStep extends BaseStep<Context> {
  execute({ idempotencyKey }: Context): StepResult {
    return StepResult.ok({}, { rollbackData: { key: idempotencyKey.split(':')[1] } });
  }
  override rollback(_context: Context, { rollbackData }: StepResult): void {
    undone.push(String(rollbackData['key']));
  }
}
@Step({ name: 'pay' })
class PayStep extends BaseStep<Context> {
  execute(): StepResult {
    return StepResult.fail('no money');
  }
}
@Action({ name: 'book', steps: [ReserveStep, PayStep], context: Context })
class BookAction extends BaseAction {}

async function replayed<A extends new () => object>(action: A, options: ActionTesterOptions = {}): Promise<TestedRun> {
  const tester = await createActionTester(action, { alwaysReplay: true, ...options } as never);
  try {
    return await tester.run();
  } finally {
    await tester.close();
  }
}

describe('A tester that always replays', () => {
  it('finds nothing in steps that come to the same again, with groups, retries and a context', async () => {
    const run = await replayed(SoundAction, { clock: new VirtualClock() });

    expect(run.result).toEqual(['planned', 'finished']);
    expect(run.record.attempt).toBe(5); // each of the four steps has cost one process
    expect(run.journal.map(({ name }) => name)).toEqual(['plan', 'left', 'right', 'finish']);
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, index) => index + 1));
  });

  it('finds a step that comes to something else, and what of it', async () => {
    const { error } = await replayed(ChanceAction);

    expect(error).toMatchObject({
      code: 'SYN_REPLAY_MISMATCH',
      differences: [
        { step: 'throw_dice', what: 'result' },
        { step: 'throw_dice', what: 'context' },
      ],
    });
  });

  it('starts everything anew for each step, so that state in fields is found', async () => {
    const { error } = await replayed(ForgetfulAction);

    expect(error).toMatchObject({ differences: [{ step: 'count_in_field', first: { data: { started: 1 } } }] });
  });

  it('finds a context that cannot be restored', async () => {
    const { error } = await replayed(ConnectedAction);

    expect(error?.code === 'SYN_STEP_JOURNAL' || error?.details['cause_code'] === 'SYN_STEP_FAILED').toBe(true);
    expect(error?.message).toMatch(/peers/);
  });

  it('replays the undo as well', async () => {
    const { status, error } = await replayed(BookAction);

    expect(status).toBe('failed');
    expect(error?.details['cause_code']).toBe('SYN_STEP_FAILED');
    expect(undone.filter((key) => key === 'reserve').length).toBeGreaterThan(1);
  });
});
