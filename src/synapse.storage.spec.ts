import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsString } from 'class-validator';
import type { RuntimeContext } from './authoring/context/runtime-context.js';
import { Action } from './authoring/decorators/action.decorator.js';
import { LocalStorage } from './resources/storage/providers/local/local-storage.js';
import { StorageRegistry } from './resources/storage/registry/storage-registry.js';
import { StorageProvider } from './resources/storage/storage-provider.interface.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import type { SynapseModuleOptions } from './synapse.module-definition.js';
import { SynapseModule } from './synapse.module.js';

@Action({ name: 'keep' })
class KeepAction {
  execute(_params: object, ctx: RuntimeContext): Promise<string> {
    return ctx.storage.write('a.txt', 'hello');
  }
}

class ShelfConfig {
  @IsString()
  shelf!: string;
}

class ShelfStorage extends LocalStorage {
  static closed = 0;

  constructor({ shelf }: ShelfConfig) {
    super({ location: join(shelf, 'shelf') });
  }

  override async close(): Promise<void> {
    ShelfStorage.closed++;
  }
}

@Injectable()
class ShelfProvider {
  constructor(@Inject(StorageRegistry) registry: StorageRegistry) {
    registry.register('shelf', { configuration: ShelfConfig, load: () => Promise.resolve(ShelfStorage) });
  }
}

describe('The storage of runs', () => {
  let root: string;
  let app: INestApplicationContext | undefined;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synapse-own-storage-'));
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  async function kept(options: SynapseModuleOptions, providers: object[] = []): Promise<unknown> {
    class Host {}
    const imports = [SynapseModule.forRoot({ env: {}, ...options })];
    const host = { module: Host, imports, providers: [KeepAction, ...providers] };
    app = await NestFactory.createApplicationContext(host as never, { logger: false, abortOnError: false });
    return (await app.get(PluginRunner).run({ action: 'keep', params: {} })).result();
  }

  it('is the one of the option', async () => {
    const storage = { provider: 'local', configuration: { location: root } };

    expect(await kept({ storage })).toBe(`file://${root}/a.txt`);
  });

  it('is the one of the environment, which does not show its configuration', async () => {
    const env = {
      SYNAPSE_STORAGE_PROVIDER: 'file_system',
      SYNAPSE_STORAGE_CONFIGURATION: JSON.stringify({ location: root }),
    };

    expect(await kept({ env })).toBe(`file://${root}/a.txt`);
  });

  it('is that of a module of the application before any other', async () => {
    const own = { provide: StorageProvider, useValue: new LocalStorage({ location: join(root, 'own') }) };
    const storage = { provider: 'local', configuration: { location: root } };

    expect(await kept({ storage }, [own])).toBe(`file://${root}/own/a.txt`);
  });

  it('B-25: is of a kind that the host has registered, and is closed with the application', async () => {
    const before = ShelfStorage.closed;

    expect(await kept({ storage: { provider: 'shelf', configuration: { shelf: root } } }, [ShelfProvider])).toBe(
      `file://${root}/shelf/a.txt`,
    );
    await app?.close();
    app = undefined;
    expect(ShelfStorage.closed).toBe(before + 1);
  });

  it('is not configured where nobody has configured one', async () => {
    await expect(kept({})).rejects.toMatchObject({ details: { cause_code: 'SYN_NOT_CONFIGURED' } });
  });

  it.each<[string, SynapseModuleOptions]>([
    ['a configuration that breaks a rule', { storage: { provider: 's3', configuration: { secret_key: 'hunter2' } } }],
    [
      'an environment without JSON',
      { env: { SYNAPSE_STORAGE_PROVIDER: 's3', SYNAPSE_STORAGE_CONFIGURATION: '{hunter2' } },
    ],
  ])('B-28: stops the start for %s, and shows nothing of it', async (_case, options) => {
    const failure = await kept(options).catch((thrown: unknown) => thrown);

    expect(failure).toMatchObject({ code: 'SYN_STORAGE_CONFIG' });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });
});
