import type { Provider } from '@nestjs/common';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { BaseAction } from '../../authoring/actions/base-action.js';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { eventsOf, type HostedRunner, hostedRunner } from '../runner/runner.fixture.js';
import type { RunHandle } from '../runner/run-handle.js';
import { PipelineRunner } from './pipeline-runner.service.js';

/** What the actions of a spec did, in order. */
export class Diary {
  readonly lines: string[] = [];
  /** Set by the spec: which actions fail, and which compensations. */
  readonly failing = new Set<string>();
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #arrived = new Map<string, PromiseWithResolvers<void>>();

  note(line: string): void {
    this.lines.push(line);
    if (this.failing.has(line)) throw new Error(`${line} failed`);
  }

  /** Has the action of this name wait, until {@link Diary.go}. */
  hold(name: string): void {
    this.#waiting.set(name, Promise.withResolvers());
    this.#arrived.set(name, Promise.withResolvers());
  }
  go(name: string): void {
    this.#waiting.get(name)?.resolve();
  }
  /** Resolves when the action of this name waits. */
  async arrival(name: string): Promise<void> {
    await this.#arrived.get(name)?.promise;
  }

  async pass(name: string, signal: AbortSignal): Promise<void> {
    const held = this.#waiting.get(name);
    if (!held) return;
    const aborted = new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    this.#arrived.get(name)?.resolve();
    await Promise.race([held.promise, aborted]);
  }
}

export class FetchParams {
  @IsInt() id!: number;
}
export class FetchResult {
  @IsString() path!: string;
  @IsOptional() @IsInt() id?: number;
}
@Action({ name: 'fetch', params: FetchParams, result: FetchResult })
export class FetchAction extends BaseAction<FetchParams, FetchResult> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute({ id }: FetchParams, ctx: RuntimeContext): Promise<FetchResult> {
    this.diary.note('fetch');
    await this.diary.pass('fetch', ctx.signal);
    return { path: `/data/${id}` };
  }
  override compensate(params: FetchParams, result: FetchResult, ctx: RuntimeContext): void {
    ctx.log('removed', { path: result.path });
    this.diary.note(`undo fetch ${params.id} ${result.path} ${this.params === params}`);
  }
}

export class PathParams {
  @IsString() path!: string;
}
export class BoxesResult {
  @IsInt() boxes!: number;
}
@Action({ name: 'boxes', params: PathParams, result: BoxesResult })
export class BoxesAction extends BaseAction<PathParams, BoxesResult> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute({ path }: PathParams, ctx: RuntimeContext): Promise<BoxesResult> {
    this.diary.note('boxes');
    ctx.setProgress(1, 2);
    await this.diary.pass('boxes', ctx.signal);
    return { boxes: path.length };
  }
  override compensate(): void {
    this.diary.note('undo boxes');
  }
}

export class MasksResult {
  @IsInt() masks!: number;
}
@Action({ name: 'masks', params: PathParams, result: MasksResult })
export class MasksAction extends BaseAction<PathParams, MasksResult> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute({ path }: PathParams, ctx: RuntimeContext): Promise<MasksResult> {
    this.diary.note('masks');
    await this.diary.pass('masks', ctx.signal);
    return { masks: path.length * 2 };
  }
}

export class TrainParams {
  @IsInt() boxes!: number;
  @IsOptional() @IsInt() masks?: number;
  @IsOptional() @IsInt() epochs?: number = 3;
}
@Action({ name: 'train', params: TrainParams })
export class TrainAction extends BaseAction<TrainParams, object> {
  constructor(private readonly diary: Diary) {
    super();
  }
  override async execute(params: TrainParams, ctx: RuntimeContext): Promise<object> {
    this.diary.note('train');
    await this.diary.pass('train', ctx.signal);
    return { ...params };
  }
}

/** An application with these actions. */
export interface PipelineWorld extends HostedRunner {
  readonly pipelines: PipelineRunner;
  readonly diary: Diary;
  readonly store: RunStore;
}

/** Starts one; the caller closes its application. */
export async function pipelineWorld(
  store: RunStore = new MemoryRunStore(),
  providers: readonly Provider[] = [],
): Promise<PipelineWorld> {
  const diary = new Diary();
  const own = [FetchAction, BoxesAction, MasksAction, TrainAction, { provide: Diary, useValue: diary }];
  const host = await hostedRunner({ providers: [...own, ...providers], options: { store } });
  return { ...host, pipelines: host.app.get(PipelineRunner), diary, store };
}

/** Types and steps of a run's events, but for progress, which comes when it comes. */
export async function storyOf(handle: RunHandle): Promise<string[]> {
  const events = await eventsOf(handle);
  const told = events.filter(({ type }) => type !== 'progress' && type !== 'log');
  return told.map(({ type, data }: RunEvent) =>
    data['step'] === undefined ? type : `${type} ${String(data['step'])}`,
  );
}
