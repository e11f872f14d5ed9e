import type { ModuleMetadata, Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { SynapseModuleOptions } from '../../synapse.module-definition.js';
import { SynapseModule } from '../../synapse.module.js';
import { PluginRunner } from './plugin-runner.service.js';
import type { RunHandle } from './run-handle.js';

/** An application without HTTP, as specs start it. */
export interface HostedRunner {
  readonly app: TestingModule;
  readonly runner: PluginRunner;
}

/** What the application is made of besides the package. */
export interface HostParts {
  readonly providers?: readonly Provider[];
  readonly imports?: ModuleMetadata['imports'];
  readonly options?: SynapseModuleOptions;
}

/** Starts an application with these actions. The caller closes it. */
export async function hostedRunner({ providers = [], imports = [], options = {} }: HostParts): Promise<HostedRunner> {
  class Host {}
  const host = {
    module: Host,
    imports: [SynapseModule.forRoot({ cancelGraceMs: 20, ...options }), ...imports],
    providers: [...providers],
  };
  const app = await Test.createTestingModule({ imports: [host] }).compile();
  await app.init();
  return { app, runner: app.get(PluginRunner) };
}

/** All events of a run until its end, or those after a sequence number. */
export async function eventsOf(handle: RunHandle, afterSeq = 0): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of handle.events(afterSeq)) events.push(event);
  return events;
}
