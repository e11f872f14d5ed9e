import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { hostedRunner } from './runner.fixture.js';

@Action({ name: 'offline' })
class OfflineAction {
  execute(): string {
    return 'no platform needed';
  }
}

@Action({ name: 'online' })
class OnlineAction {
  execute(_params: object, ctx: RuntimeContext): string {
    return ctx.client.baseUrl;
  }
}

const CREDENTIALS = new PluginEnvironment({
  SYNAPSE_HOST: 'https://platform.invalid',
  SYNAPSE_ACCESS_TOKEN: 'token-of-the-user',
});

describe('The clients of the platform', () => {
  it('D01: are not made for a run that never asks, credentials or not', async () => {
    const { app, runner } = await hostedRunner({ providers: [OfflineAction], options: { env: CREDENTIALS } });

    await expect((await runner.run({ action: 'offline' })).result()).resolves.toBe('no platform needed');
    await app.close();
  });

  it('D01: fail only the run that asks for one that nobody provides', async () => {
    const { app, runner } = await hostedRunner({
      providers: [OfflineAction, OnlineAction],
      options: { env: CREDENTIALS, backend: false },
    });
    const asking = await runner.run({ action: 'online' });

    await expect(asking.result()).rejects.toMatchObject({ details: { cause_code: 'SYN_NOT_CONFIGURED' } });
    await expect((await runner.run({ action: 'offline' })).result()).resolves.toBe('no platform needed');
    await app.close();
  });

  it('B-01: are made of the credentials of the environment', async () => {
    const { app, runner } = await hostedRunner({ providers: [OnlineAction], options: { env: CREDENTIALS } });

    await expect((await runner.run({ action: 'online' })).result()).resolves.toBe('https://platform.invalid');
    await app.close();
  });

  it('are made of what the module is told before the environment is asked', async () => {
    const options = { env: CREDENTIALS, backend: { host: 'https://other.invalid/api/', accessToken: 'token' } };
    const { app, runner } = await hostedRunner({ providers: [OnlineAction], options });

    await expect((await runner.run({ action: 'online' })).result()).resolves.toBe('https://other.invalid/api');
    await app.close();
  });

  it('D01: are handed out where the host provides them', async () => {
    const client = { provide: BackendClient, useValue: { baseUrl: 'https://backend.invalid' } };
    const { app, runner } = await hostedRunner({ providers: [OnlineAction, client] });

    await expect((await runner.run({ action: 'online' })).result()).resolves.toBe('https://backend.invalid');
    await app.close();
  });
});
