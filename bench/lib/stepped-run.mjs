import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Action,
  ActionRegistry,
  MemoryRunStore,
  PluginRunner,
  StepContext,
  StepOrchestrator,
  StepRegistry,
  SynapseModule,
} from '../../dist/index.js';
import { decorate } from './decorate.mjs';

/**
 * A host that runs these steps as those of an action, with the events and the progress of a run.
 *
 * The steps are registered once: an action whose decorator names them has them registered when the host starts.
 *
 * @returns a function that makes one run and awaits its result, and one that ends the host.
 */
export async function steppedRun(steps) {
  class Bare {
    execute() {}
  }
  decorate(Bare, { on: [Action({ name: 'bare' })] });
  class Host {}
  const store = new MemoryRunStore({ maxFinishedRuns: 1 });
  Module({ imports: [SynapseModule.forRoot({ store }), SynapseModule.forFeature([Bare])] })(Host);
  const app = await NestFactory.createApplicationContext(Host, { logger: false });
  const registry = new StepRegistry();
  for (const step of steps) registry.register(step);
  const actions = app.get(ActionRegistry);
  actions.add({
    ...actions.resolve('bare'),
    name: 'stepped',
    call: async (_params, ctx, host) => {
      const { hooks } = host.beginSteps(registry.getSteps());
      try {
        return await new StepOrchestrator(registry, new StepContext(ctx), hooks).execute();
      } finally {
        host.endSteps();
      }
    },
  });
  const runner = app.get(PluginRunner);
  return {
    run: async () => (await runner.run({ action: 'stepped' })).result(),
    close: () => app.close(),
  };
}
