import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Action, BaseStep, PluginRunner, Step, StepContext, StepResult, SynapseModule } from '../../dist/index.js';
import { decorate } from './decorate.mjs';
import { FILES } from './durable-step.mjs';

/**
 * A host with an action of so many steps, each of which leaves about 1 kB behind.
 *
 * @returns a function that makes one run and awaits its result, and one that ends the host; the store stays open.
 */
export async function durableHost(store, stepCount) {
  class UploadContext extends StepContext {
    files = FILES;
  }
  const steps = Array.from({ length: stepCount }, (_, index) => {
    class UploadStep extends BaseStep {
      async execute() {
        return StepResult.ok({ uploaded: FILES.length }, { rollbackData: { urls: FILES } });
      }
    }
    return decorate(UploadStep, { on: [Step({ name: `upload_${index}`, weight: 1 })] });
  });
  class UploadAction {}
  decorate(UploadAction, { on: [Action({ name: 'upload', steps, context: UploadContext })] });
  class Host {}
  Module({ imports: [SynapseModule.forRoot({ store }), SynapseModule.forFeature([UploadAction, ...steps])] })(Host);
  const app = await NestFactory.createApplicationContext(Host, { logger: false });
  const runner = app.get(PluginRunner);
  return { run: async () => (await runner.run({ action: 'upload' })).result(), close: () => app.close() };
}
