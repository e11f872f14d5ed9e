import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Action, PluginRunner, type RunHandle, RuntimeContext } from '../../../src/index.js';

const contexts: INestApplicationContext[] = [];

async function contextOf(host: unknown): Promise<INestApplicationContext> {
  const context = await NestFactory.createApplicationContext(host as never, { logger: false, abortOnError: false });
  contexts.push(context);
  return context;
}

/** An application without a server, of these modules and providers. */
export async function hostWith(
  ...parts: { imports?: DynamicModule['imports']; providers?: DynamicModule['providers'] }[]
) {
  class Host {}
  return contextOf({
    module: Host,
    imports: parts.flatMap(({ imports = [] }) => imports),
    providers: parts.flatMap(({ providers = [] }) => providers),
  });
}

/** Runs an action of an application. */
export const run = (app: INestApplicationContext, action: string, params: unknown = {}): Promise<RunHandle> =>
  app.get(PluginRunner).run({ action, params });

/** Tells what a run sees of its plugin. */
@Action({ name: 'peek' })
export class PeekAction {
  execute(_params: object, ctx: RuntimeContext): unknown {
    return { plugin: ctx.plugin, region: ctx.env.getStr('REGION'), workDir: ctx.workDir };
  }
}

/** Closes the applications of a test. */
export async function closeContexts(): Promise<void> {
  for (const context of contexts.splice(0)) await context.close();
}
