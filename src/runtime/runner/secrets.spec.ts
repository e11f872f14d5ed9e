import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsString, ValidateNested } from 'class-validator';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { SynapseModule } from '../../synapse.module.js';
import { PluginRunner } from './plugin-runner.service.js';
import { SecretRedactor } from '../invocation/secret-redactor.js';

class Login {
  @IsString()
  user!: string;

  @UiField({ secret: true })
  @IsString()
  password!: string;
}

class LeakyParams {
  @UiField({ secret: true })
  @IsString()
  token!: string;

  @ValidateNested()
  @Type(() => Login)
  login!: Login;
}

/** Does with its secrets everything that one should not. */
@Action({ name: 'leak', params: LeakyParams })
class LeakyAction {
  execute(params: LeakyParams, ctx: RuntimeContext): never {
    ctx.log(`event of ${params.token}`, {
      [params.token]: [`Bearer ${params.token}`],
      deep: { password: params.login.password },
    });
    ctx.logMessage(`logged in with ${params.login.password}`);
    ctx.setMetrics({ note: params.token }, 'train');
    throw new Error(`401 for ${params.token}`, { cause: new Error(params.login.password) });
  }
}

const TOKEN = 'tok"en-7f3a';
const PASSWORD = 'hunter2';

describe('secret params', () => {
  let app: TestingModule;
  let runner: PluginRunner;

  beforeAll(async () => {
    @Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([LeakyAction])] })
    class Host {}
    app = await Test.createTestingModule({ imports: [Host] }).compile();
    await app.init();
    runner = app.get(PluginRunner);
  });
  afterAll(() => app.close());

  it('never reach the record, the events or the error, whatever the action does with them', async () => {
    const handle = await runner.run({
      action: 'leak',
      params: { token: TOKEN, login: { user: 'ada', password: PASSWORD } },
    });
    const error = await handle.result().catch((thrown: unknown) => thrown as Error & { details: unknown });
    const events: unknown[] = [];
    for await (const event of handle.events()) events.push(event);
    const everything = JSON.stringify([
      await handle.record(),
      events,
      error,
      error instanceof Error ? error.message : '',
    ]);

    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain('7f3a');
    expect(everything).toContain('401 for [secret]');
    expect(error).toMatchObject({ code: 'SYN_EXECUTION_FAILED' });
  });

  it('are stored as references, at any depth', async () => {
    const handle = await runner.run({
      action: 'leak',
      params: { token: TOKEN, login: { user: 'ada', password: PASSWORD } },
    });
    await handle.outcome();

    expect((await handle.record()).params).toEqual({
      token: { $secret: 'caller' },
      login: { user: 'ada', password: { $secret: 'caller' } },
    });
  });

  it('leave texts alone that only share a letter or two with them', () => {
    const redactor = new SecretRedactor(['a', 'xy', 'long-secret', 'long']);

    expect(redactor.text('a day with xy and long-secret')).toBe('a day with xy and [secret]');
  });
});
