import { Injectable, type Provider } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import { StepContext } from '../../authoring/steps/step-context.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { type Peer, PeerWorld } from './durable.fixture.js';
import type { PluginRunner } from './plugin-runner.service.js';
import type { RunHandle } from './run-handle.js';

/** What happens outside of the runs, and how steps are told to behave. Specs look into it. */
@Injectable()
export class World {
  /** `do key` and `undo key`, in order. */
  readonly effects: string[] = [];
  /** What a step does instead of succeeding, by its name. */
  readonly instead = new Map<string, (context: StepContext) => StepResult | Promise<StepResult>>();
  /** Steps whose undo fails. */
  readonly stuck = new Set<string>();
  /** Resolves when a step that holds has begun. */
  #begun = Promise.withResolvers<void>();

  /** Has a step never come back. @returns Resolves when it has begun. */
  hold(step: string): Promise<void> {
    this.#begun = Promise.withResolvers<void>();
    this.instead.set(step, () => {
      this.#begun.resolve();
      return new Promise(() => undefined);
    });
    return this.#begun.promise;
  }

  /** The effects without the id of the run: `do a`. */
  get told(): string[] {
    return this.effects.map((effect) => effect.replace(/ .*:/, ' '));
  }
}

/** Starts a run, or goes on with one, whose process dies in a step. */
export async function dyingIn(
  step: string,
  { world, peer }: { readonly world: World; readonly peer: Peer },
  start: (runner: PluginRunner) => Promise<RunHandle>,
): Promise<RunHandle> {
  const begun = world.hold(step);
  const handle = await start(peer.runner);
  await begun;
  peer.store.isDead = true;
  world.instead.clear();
  return handle;
}

class WorkParams {
  @IsOptional()
  @IsString()
  word?: string;

  @IsOptional()
  @IsString()
  @UiField({ secret: true })
  token?: string;
}

/** Shared state that survives a crash. */
class WorkContext extends StepContext<WorkParams> {
  readonly seen: string[] = [];
}

abstract class EffectStep extends BaseStep<WorkContext> {
  protected abstract readonly world: World;

  execute(context: WorkContext): StepResult | Promise<StepResult> {
    const step = context.currentStep ?? '';
    this.world.effects.push(`do ${context.idempotencyKey}`);
    const instead = this.world.instead.get(step);
    if (instead) return instead(context);
    context.seen.push(step);
    return StepResult.ok({ word: context.params.word }, { rollbackData: { step } });
  }

  override rollback({ idempotencyKey }: WorkContext): void {
    const step = idempotencyKey.split(':')[1] ?? '';
    if (this.world.stuck.has(step)) throw new Error(`${step} is stuck`);
    this.world.effects.push(`undo ${idempotencyKey}`);
  }
}

@Step({ name: 'a', weight: 1 })
class StepA extends EffectStep {
  constructor(protected readonly world: World) {
    super();
  }
}
@Step({ name: 'b', weight: 1 })
class StepB extends EffectStep {
  constructor(protected readonly world: World) {
    super();
  }
}
@Step({ name: 'c', weight: 2 })
class StepC extends EffectStep {
  constructor(protected readonly world: World) {
    super();
  }
}

@Action({ name: 'work', params: WorkParams, steps: [StepA, StepB, StepC], context: WorkContext })
class WorkAction extends BaseAction<WorkParams> {
  override resultOfSteps({ seen, params }: WorkContext): object {
    return { seen, word: params.word ?? null, token: params.token?.length ?? 0 };
  }
}

@Action({ name: 'side_by_side', steps: [StepA, [StepB, StepC]], context: WorkContext })
class SideBySideAction extends BaseAction<WorkParams> {}

/** An action without steps. */
@Action({ name: 'plain' })
class PlainAction extends BaseAction<object, string> {
  constructor(private readonly world: World) {
    super();
  }

  override async execute(): Promise<string> {
    this.world.effects.push(`do ${this.ctx.idempotencyKey}:plain`);
    await this.world.instead.get('plain')?.({} as StepContext);
    return `attempt ${this.ctx.attempt}`;
  }
}

/** The actions of these specs with all that they inject. */
export const WORK_PROVIDERS: readonly Provider[] = [
  World,
  StepA,
  StepB,
  StepC,
  WorkAction,
  SideBySideAction,
  PlainAction,
];

/** Two processes with the actions of these specs, and the store that they share. */
interface WorkPeers {
  readonly peers: PeerWorld;
  readonly world: World;
  readonly first: Peer;
  readonly second: Peer;
}

/** Starts them; `peers.close()` ends them. */
export async function workPeers(): Promise<WorkPeers> {
  const peers = await PeerWorld.of(WORK_PROVIDERS);
  return { peers, world: peers.get(World), first: peers.peer(), second: peers.peer() };
}
