import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Action } from './authoring/decorators/action.decorator.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import { SynapseModule } from './synapse.module.js';
import { ActionRegistry } from './runtime/discovery/action-registry.js';

@Injectable()
class Greeter {
  readonly word = 'hello';
}

@Action({ name: 'greet' })
class GreetAction {
  constructor(@Inject(Greeter) private readonly greeter: Greeter) {}

  async execute(): Promise<string> {
    return this.greeter.word;
  }
}

@Action({ name: 'ping' })
class PingAction {
  async execute(): Promise<string> {
    return 'pong';
  }
}

@Module({ providers: [PingAction] })
class InnerModule {}

@Module({ imports: [InnerModule], providers: [Greeter, GreetAction] })
class GreetModule {}

@Action({ name: 'own' })
class OwnAction {
  async execute(): Promise<string> {
    return 'own';
  }
}

@Module({
  imports: [SynapseModule.forRoot(), SynapseModule.forModule(GreetModule, { name: 'my.greetings' })],
  providers: [OwnAction],
})
class HostModule {}

describe('A Nest module as a plugin', () => {
  it("runs what it and its imports provide under its own code, beside the host's actions", async () => {
    const app = await NestFactory.createApplicationContext(HostModule, { logger: false, abortOnError: false });
    const registry = app.get(ActionRegistry);
    const run = async (plugin: string, action: string): Promise<unknown> =>
      (await app.get(PluginRunner).run({ plugin, action, params: {} })).result();

    expect(
      registry
        .list('my-greetings')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['greet', 'ping']);
    expect(registry.list('app').map(({ name }) => name)).toEqual(['own']);
    expect([await run('my-greetings', 'greet'), await run('my-greetings', 'ping'), await run('app', 'own')]).toEqual([
      'hello',
      'pong',
      'own',
    ]);
    await app.close();
  });

  it('needs a name', () => {
    expect(() => SynapseModule.forModule(GreetModule, { name: '' as string, code: 7 as unknown as string })).toThrow(
      expect.objectContaining({ code: 'SYN_CONFIG_INVALID' }) as Error,
    );
  });
});
