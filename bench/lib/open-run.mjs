import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Action, PluginRunner, SynapseModule } from '../../dist/index.js';
import { decorate } from './decorate.mjs';

/**
 * A run under way that nobody listens to, in a host with the default store.
 *
 * @returns its context, and a function that ends the run and its host.
 */
export async function openRun() {
  const started = Promise.withResolvers();
  const ended = Promise.withResolvers();
  class HoldAction {
    async execute(_params, ctx) {
      started.resolve(ctx);
      await ended.promise;
    }
  }
  decorate(HoldAction, { on: [Action({ name: 'hold' })] });
  class Host {}
  Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([HoldAction])] })(Host);
  const app = await NestFactory.createApplicationContext(Host, { logger: false });
  const handle = await app.get(PluginRunner).run({ action: 'hold' });
  const ctx = await Promise.race([started.promise, handle.result()]);
  const close = async () => {
    ended.resolve();
    await handle.result();
    await app.close();
  };
  return { ctx, close };
}
