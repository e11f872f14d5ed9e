import { Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Action } from './authoring/decorators/action.decorator.js';
import { StoreUnavailableError } from './foundation/errors/store.errors.js';
import { MemoryRunStore } from './runtime/run-store/memory-run-store.js';
import { RunStore } from './runtime/run-store/run-store.interface.js';
import { SqliteRunStore } from './runtime/run-store/sqlite/sqlite-run-store.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import { SynapseModule } from './synapse.module.js';
import type { SynapseModuleOptions } from './synapse.module-definition.js';

@Action({ name: 'ping' })
class PingAction {
  async execute(): Promise<string> {
    return 'pong';
  }
}

function hostWith(options: SynapseModuleOptions): Type {
  @Module({ imports: [SynapseModule.forRoot({ env: {}, ...options })], providers: [PingAction] })
  class HostModule {}
  return HostModule;
}

/** A store that can be opened when it is told so. */
class ShyRunStore extends MemoryRunStore {
  isThere = false;
  openings = 0;

  override open(): void {
    this.openings++;
    if (!this.isThere) throw new StoreUnavailableError('shy://store', 'connection refused', 0);
  }

  override create(...given: Parameters<MemoryRunStore['create']>): void {
    this.open();
    super.create(...given);
  }
}

describe('The run store of an application that starts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-host-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (options: SynapseModuleOptions) =>
    NestFactory.createApplicationContext(hostWith(options), { logger: false, abortOnError: false });

  const wrong: readonly [string, () => string, object][] = [
    [
      'lies below a file',
      () => {
        writeFileSync(join(folder, 'notes.txt'), 'no folder');
        return join(folder, 'notes.txt', 'runs.sqlite');
      },
      { code: 'SYN_STORE_READ_ONLY', kind: 'config' },
    ],
    [
      'is something else',
      () => {
        writeFileSync(join(folder, 'runs.sqlite'), 'no database at all, but a text that is long enough '.repeat(99));
        return join(folder, 'runs.sqlite');
      },
      { code: 'SYN_STORE_CORRUPT', kind: 'config' },
    ],
    [
      'is of a newer version',
      () => {
        const path = join(folder, 'runs.sqlite');
        const store = new SqliteRunStore({ path });
        void store.open();
        store.close();
        const db = new DatabaseSync(path);
        db.exec('PRAGMA user_version = 99');
        db.close();
        return path;
      },
      { code: 'SYN_STORE_VERSION', details: { found: 99 } },
    ],
  ];

  it.each(wrong)('that %s stops the start, with its path and the cure', async (_name, prepare, error) => {
    const path = prepare();

    await expect(start({ store: path })).rejects.toMatchObject({
      ...error,
      message: expect.stringMatching(/^The run store .+ or choose another place/) as string,
    });
    await expect(start({ store: path })).rejects.toThrow(path);
    await expect(start({ store: path, requireStore: false })).rejects.toMatchObject(error);
  });

  it('stops the start when the folder for its large values cannot be one', async () => {
    const blobDirectory = join(folder, 'notes.txt', 'values');
    writeFileSync(join(folder, 'notes.txt'), 'no folder');
    const store = new SqliteRunStore({ path: join(folder, 'runs.sqlite'), blobDirectory });

    await expect(start({ store })).rejects.toMatchObject({
      code: 'SYN_STORE_READ_ONLY',
      message: expect.stringMatching(/notes\.txt.values cannot be opened for writing.*`blobDirectory`/) as string,
    });
    store.close();
  });

  it('stops it too when the application only begins to listen later', async () => {
    const app = await NestFactory.create(hostWith({ store: folder }), {
      logger: false,
      abortOnError: false,
    });

    await expect(app.init()).rejects.toMatchObject({ code: 'SYN_STORE_READ_ONLY', details: { path: folder } });
  });

  it('is there before the first run', async () => {
    const path = join(folder, 'state', 'runs.sqlite');
    const app = await start({ store: path });
    const looking = new DatabaseSync(path, { readOnly: true });

    expect(looking.prepare('SELECT count(*) AS runs FROM runs').get()).toEqual({ runs: 0 });
    looking.close();
    const handle = await app.get(PluginRunner).run({ action: 'ping' });
    expect(await handle.result()).toBe('pong');
    await app.close();
  });

  it('is opened as well where it was handed in, and stays open after the application', async () => {
    const store = new SqliteRunStore({ path: join(folder, 'runs.sqlite') });
    const app = await start({ store });
    const looking = new DatabaseSync(store.path, { readOnly: true });
    expect(looking.prepare('SELECT count(*) AS runs FROM runs').get()).toEqual({ runs: 0 });
    looking.close();
    await app.close();

    expect(await store.list()).toEqual([]);
    store.close();
  });

  it('is the one that stands in for it in the graph', async () => {
    const standIn = new ShyRunStore();
    const host = Test.createTestingModule({ imports: [hostWith({ store: join(folder, 'runs.sqlite') })] });
    const app = await host.overrideProvider(RunStore).useValue(standIn).compile();

    await expect(app.init()).rejects.toMatchObject({ code: 'SYN_STORE_UNAVAILABLE' });
    expect(standIn.openings).toBe(1);
  });

  it('needs no opening where it has none', async () => {
    const app = await start({ store: new MemoryRunStore() });

    expect(await (await app.get(PluginRunner).run({ action: 'ping' })).result()).toBe('pong');
    await app.close();
  });

  it('that is away is a warning where the application is to start anyway, and used once it is back', async () => {
    const warnings: string[] = [];
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warnings.push(text));
    const store = new ShyRunStore();
    const app = await start({ store, requireStore: false });
    warn.mockRestore();

    expect(warnings).toEqual([expect.stringMatching(/^The application starts without its runs: .*shy:\/\/store/)]);
    await expect(app.get(PluginRunner).run({ action: 'ping' })).rejects.toMatchObject({
      code: 'SYN_STORE_UNAVAILABLE',
    });
    store.isThere = true;
    expect(await (await app.get(PluginRunner).run({ action: 'ping' })).result()).toBe('pong');
    await app.close();
  });
});
