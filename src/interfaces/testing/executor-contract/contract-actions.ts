import type { Type } from '@nestjs/common';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { BaseAction } from '../../../authoring/actions/base-action.js';
import { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import { Action } from '../../../authoring/decorators/action.decorator.js';
import { Step } from '../../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../../authoring/steps/base-step.js';
import { StepContext } from '../../../authoring/steps/step-context.js';
import { StepResult } from '../../../authoring/steps/step-result.js';

/** Params of the actions that executors are tested with. */
export class ContractParams {
  @IsInt()
  count = 1;
  @IsOptional()
  @IsString()
  text?: string;
}

/** Reports what it is given, a little at a time. */
@Action({ name: 'contract_report', params: ContractParams })
class ContractReportAction extends BaseAction<ContractParams, object> {
  async execute({ count, text }: ContractParams, ctx: RuntimeContext<ContractParams>): Promise<object> {
    for (let number = 1; number <= count; number++) {
      ctx.log('counted', { number, text });
      await new Promise((resolve) => setImmediate(resolve));
      ctx.setProgress(number, count);
    }
    ctx.setMetrics({ count }, 'contract');
    return { count, text: text ?? null, key: ctx.idempotencyKey, place: ctx.env.getStr('PLACE') ?? null };
  }
}

/** Throws what its params say. */
@Action({ name: 'contract_fail', params: ContractParams })
class ContractFailAction extends BaseAction<ContractParams> {
  async execute({ text }: ContractParams): Promise<never> {
    if (text === undefined) throw undefined;
    throw new Error(text);
  }
}

/** Waits to be told to end, and ends; with a `text`, it does not listen. */
@Action({ name: 'contract_wait', params: ContractParams })
class ContractWaitAction extends BaseAction<ContractParams> {
  async execute({ text }: ContractParams, { signal }: RuntimeContext<ContractParams>): Promise<void> {
    await new Promise((_, reject) => {
      if (text === undefined) signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

/** Has 50 ms, and takes longer. */
@Action({ name: 'contract_slow', params: ContractParams, timeoutMs: 50 })
class ContractSlowAction extends ContractWaitAction {}

/** Leaves something behind that can be undone. */
@Step({ name: 'reserve' })
class ContractReserveStep extends BaseStep {
  execute(context: StepContext): StepResult {
    context.log('reserved', {});
    return StepResult.ok({}, { rollbackData: { place: 7 } });
  }
  override rollback(context: StepContext, { rollbackData }: StepResult): void {
    context.log('released', { ...rollbackData });
  }
}

/** Fails with the text of the params; without one it waits to be told to end. */
@Step({ name: 'pay' })
class ContractPayStep extends BaseStep<StepContext<ContractParams>> {
  async execute({ params, signal }: StepContext<ContractParams>): Promise<StepResult> {
    if (params.count === 0) return StepResult.ok();
    if (params.text !== undefined) return StepResult.fail(params.text);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    return StepResult.ok();
  }
}

/** Consists of steps. */
@Action({ name: 'contract_book', params: ContractParams, steps: [ContractReserveStep, ContractPayStep] })
class ContractBookAction extends BaseAction<ContractParams> {}

/** Everything that the far side of an executor must provide to be tested. */
export const contractActions: readonly Type[] = [
  ContractReportAction,
  ContractFailAction,
  ContractWaitAction,
  ContractSlowAction,
  ContractReserveStep,
  ContractPayStep,
  ContractBookAction,
];
