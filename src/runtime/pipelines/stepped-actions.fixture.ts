import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { Diary, PathParams } from './pipelines.fixture.js';

export class StoreContext extends StepContext<PathParams> {
  shelf = 0;
}

@Step({ name: 'put' })
export class PutStep extends BaseStep<StoreContext> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute(context: StoreContext): Promise<StepResult> {
    this.diary.note('put');
    await this.diary.pass('put', context.signal);
    context.shelf = 1;
    return StepResult.ok({}, { rollbackData: { path: context.params.path } });
  }
  override async rollback(context: StoreContext, { rollbackData }: StepResult): Promise<void> {
    context.log('removed', {});
    await this.diary.pass('back put', context.signal);
    const key = context.idempotencyKey.split('/').at(-1) ?? '';
    this.diary.note(`back ${key} ${String(rollbackData['path'])} shelf ${context.shelf}`);
  }
}

@Step({ name: 'publish' })
class PublishStep extends BaseStep<StoreContext> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override execute(): StepResult {
    this.diary.note('publish');
    return StepResult.ok();
  }
  override rollback({ params, idempotencyKey }: StoreContext): void {
    this.diary.note(`back ${idempotencyKey.split('/').at(-1) ?? ''} ${params.path}`);
  }
}

/** Two steps that share a context, and no `compensate`. */
@Action({ name: 'store', params: PathParams, context: StoreContext, steps: [PutStep, PublishStep] })
export class StoreAction extends BaseAction<PathParams> {}

/** The same, and `compensate`. */
@Action({ name: 'posted', params: PathParams, context: StoreContext, steps: [PutStep, PublishStep] })
export class PostedAction extends BaseAction<PathParams> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override compensate(): void {
    this.diary.note('undo posted');
  }
}

export class CopyParams extends PathParams {
  @IsOptional() @IsBoolean() recovers?: boolean;
  @IsOptional() @IsBoolean() idle?: boolean;
}

@Step({ name: 'take' })
class TakeStep extends BaseStep<StepContext<CopyParams>> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override canSkip({ params }: StepContext<CopyParams>): boolean {
    return params.idle ?? false;
  }
  override execute(): StepResult {
    this.diary.note('take');
    return StepResult.ok();
  }
  override rollback({ params }: StepContext<CopyParams>): void {
    try {
      this.diary.note('back copy:take');
    } finally {
      if (params.recovers) this.diary.failing.delete('back copy:take');
    }
  }
}

/** One step, and a retry of the whole. */
@Action({ name: 'copy', params: CopyParams, steps: [TakeStep], retry: { maxAttempts: 2, initialDelayMs: 1 } })
export class CopyAction extends BaseAction<CopyParams> {}

/** A step and `compensate`. */
@Action({ name: 'sent', steps: [TakeStep] })
export class SentAction extends BaseAction<object> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override compensate(): void {
    this.diary.note('undo sent');
  }
}

export class TokenParams {
  @IsString() @UiField({ secret: true }) token!: string;
}

@Step({ name: 'use' })
class UseStep extends BaseStep<StepContext<TokenParams>> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute({ params, signal }: StepContext<TokenParams>): Promise<StepResult> {
    this.diary.note(`use ${params.token}`);
    await this.diary.pass('use', signal);
    return StepResult.ok();
  }
  override rollback({ params }: StepContext<TokenParams>): void {
    this.diary.note(`back token:use ${params.token}`);
  }
}

/** A step that needs a secret also to be undone. */
@Action({ name: 'token', params: TokenParams, steps: [UseStep] })
export class TokenAction extends BaseAction<TokenParams> {}

/** A step whose effect is to stay for a run that goes on from here. */
@Action({ name: 'slow', params: CopyParams, steps: [TakeStep], keepOnPipelineFailure: true })
export class SlowAction extends BaseAction<CopyParams> {}

/** Everything above, as providers. */
export const SHELVES = [
  ...[PutStep, PublishStep, TakeStep, UseStep],
  ...[StoreAction, PostedAction, CopyAction, SentAction, TokenAction, SlowAction],
];
