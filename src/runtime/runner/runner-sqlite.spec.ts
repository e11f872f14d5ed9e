import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { IsInt, IsOptional } from 'class-validator';
import { runInChild } from '../../../test/run-in-child.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { currentOwner } from '../run-store/run-owner.js';
import { codeOf, StoreSandbox } from '../run-store/sqlite/sqlite.fixture.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

class CountParams {
  @IsInt()
  to = 0;

  @IsOptional()
  big?: unknown;
}

class Layer {
  constructor(readonly units: number) {}
}
/** A class of the plugin's own, which no reader has. */
class Model {
  readonly layers = [new Layer(3), new Layer(10)];
  readonly trainedAt = new Date(0);
  readonly #secret = 'not told';

  get size(): number {
    return this.#secret.length + this.layers.length;
  }
}

/** Reads a run in a process that has none of its plugin's classes. */
const READER = `
  import { SqliteRunStore } from './src/runtime/run-store/sqlite/sqlite-run-store.js';
  export default async ({ path, id }) => {
    const store = new SqliteRunStore({ path });
    const { result } = await store.get(id);
    store.close();
    return { result, isPlain: Object.getPrototypeOf(result.layers[0]) === Object.prototype };
  }`;

@Injectable()
class Work {
  @Action({ name: 'model' })
  model(): Model {
    return new Model();
  }

  @Action({ name: 'count' })
  count(params: CountParams): { readonly counted: number } {
    return { counted: params.to };
  }

  @Action({ name: 'circle' })
  circle(): unknown {
    const circle: { self?: unknown } = {};
    return (circle.self = circle);
  }

  @Action({ name: 'write' })
  write(_params: CountParams, ctx: RuntimeContext): string {
    writeFileSync(join(ctx.workDir, 'model.bin'), 'weights');
    return ctx.workDir;
  }

  @Action({ name: 'large' })
  large(): string {
    return 'x'.repeat(200_000);
  }

  @Action({ name: 'refuse' })
  refuse(): void {
    throw new Error('no');
  }
}

describe('A run whose store is a SQLite file', () => {
  let sandbox: StoreSandbox;
  let host: HostedRunner;
  beforeEach(async () => {
    sandbox = new StoreSandbox();
    const options = { store: sandbox.open(), workRoot: join(sandbox.folder, 'work') };
    host = await hostedRunner({ providers: [Work], options });
  });
  afterEach(async () => {
    await host.app.close();
    sandbox.remove();
  });

  it('leaves its working folder until it is pruned', async () => {
    const [kept, gone] = await Promise.all(
      ['kept', 'gone'].map(async () => (await host.runner.run<string>({ action: 'write' })).result()),
    );
    const newest = (await host.runner.prune({ keep: 2 })).runs;
    expect([newest, existsSync(join(kept ?? '', 'model.bin')), existsSync(join(gone ?? '', 'model.bin'))]).toEqual([
      0,
      true,
      true,
    ]);

    expect(await host.runner.prune()).toEqual({ runs: 2, blobs: 0 });
    expect([kept, gone].map((folder) => existsSync(folder ?? ''))).toEqual([false, false]);
    expect(existsSync(join(sandbox.folder, 'work'))).toBe(true);
  });

  it('is found there by another process with its params, result, owner and every event', async () => {
    const handle = await host.runner.run({ action: 'count', params: { to: 3 } });
    await handle.result();
    const reader = sandbox.open();

    expect(await reader.get(handle.id)).toMatchObject({
      status: 'completed',
      params: { to: 3 },
      result: { counted: 3 },
      owner: currentOwner(),
    });
    const events = await reader.events(handle.id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['run.started', 'run.completed']));
    expect(events.at(-1)?.type).toBe('run.completed');
  });

  it('D24: has a result of a class of its own that a process without that class reads as plain data', async () => {
    const handle = await host.runner.run<Model>({ action: 'model' });
    const here = await handle.result();
    const input = { path: sandbox.path, id: handle.id };

    expect(here).toBeInstanceOf(Model);
    expect(await runInChild(READER, { input })).toEqual({
      result: { layers: [{ units: 3 }, { units: 10 }], trainedAt: '1970-01-01T00:00:00.000Z' },
      isPlain: true,
    });
  });

  it('D24: fails, and is not left open, when its result has no JSON form', async () => {
    const handle = await host.runner.run({ action: 'circle' });

    expect(await codeOf(() => handle.result())).toBe('SYN_RESULT_NOT_SERIALIZABLE');
    expect(await handle.record()).toMatchObject({
      status: 'failed',
      error: { code: 'SYN_RESULT_NOT_SERIALIZABLE' },
    });
    const events = await eventsOf(handle);
    expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 run.started', '2 run.failed']);
  });

  it('keeps a result that is too large for a row', async () => {
    const handle = await host.runner.run({ action: 'large' });
    await handle.result();

    expect(await sandbox.open().get(handle.id)).toMatchObject({ result: 'x'.repeat(200_000) });
  });

  it('keeps the error of a run that failed', async () => {
    const handle = await host.runner.run({ action: 'refuse' });

    expect(await codeOf(() => handle.result())).toBe('SYN_EXECUTION_FAILED');
    expect(await sandbox.open().list({ status: 'failed' })).toMatchObject([
      { id: handle.id, error: { code: 'SYN_EXECUTION_FAILED', causes: ['no'] } },
    ]);
  });

  it('is refused when its params have no JSON form, before anything is done', async () => {
    const params = { to: 3, big: 1n };

    expect(await codeOf(() => host.runner.run({ action: 'count', params }))).toBe('SYN_STORE_VALUE');
    expect(await sandbox.open().list()).toEqual([]);
  });
});
