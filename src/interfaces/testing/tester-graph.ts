import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { TestingModule, TestingModuleBuilder } from '@nestjs/testing';
import { actionOptionsOf } from '../../authoring/decorators/metadata.accessor.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { SynapseModuleOptions } from '../../synapse.module-definition.js';
import { SynapseModule } from '../../synapse.module.js';

/** Something that stands in for a provider of the graph, wherever that is provided. */
export type ProviderOverride = { readonly provide: unknown } & (
  | { readonly useValue: unknown }
  | { readonly useClass: Type }
  | { readonly useFactory: (...injected: never[]) => unknown; readonly inject?: readonly unknown[] }
);

/** What an action is tested in: a graph of Nest's own making, with stand-ins where the test wants some. */
export interface GraphOptions {
  /** What the action and its steps inject. The action and the steps that its decorator names are provided already. @defaultValue none */
  readonly providers?: readonly Provider[];
  /** Modules whose exports they inject. @defaultValue none */
  readonly imports?: ModuleMetadata['imports'];
  /** Stand-ins for providers, those of imported modules too. @defaultValue none */
  readonly overrides?: readonly ProviderOverride[];
}

/** Starts an application that holds one action and nothing else. */
export async function startTesterGraph(
  action: ClassOf<object>,
  { providers = [], imports = [], overrides = [] }: GraphOptions,
  settings: SynapseModuleOptions,
): Promise<TestingModule> {
  const { Test } = await loadNestTesting();
  const own = [action, ...stepsOf(action)].filter((type) => !providers.some((provider) => tokenOf(provider) === type));
  const feature = SynapseModule.forFeature([...(own as Type[]), ...providers], { imports });
  const builder = Test.createTestingModule({ imports: [SynapseModule.forRoot(settings), feature] });
  for (const override of overrides) overrideIn(builder, override);
  const app = await builder.compile();
  await app.init();
  return app;
}

function overrideIn(builder: TestingModuleBuilder, override: ProviderOverride): void {
  const place = builder.overrideProvider(override.provide);
  if ('useValue' in override) place.useValue(override.useValue);
  else if ('useClass' in override) place.useClass(override.useClass);
  else
    place.useFactory({
      factory: override.useFactory as () => unknown,
      inject: [...(override.inject ?? [])] as never[],
    });
}

function stepsOf(action: ClassOf<object>): readonly ClassOf<object>[] {
  return [...new Set((actionOptionsOf(action)?.steps ?? []).flat() as ClassOf<object>[])];
}

function tokenOf(provider: Provider): unknown {
  return typeof provider === 'function' ? provider : provider.provide;
}

/** Loaded when a tester is made: the rest of the kit does without. */
async function loadNestTesting(): Promise<typeof import('@nestjs/testing')> {
  try {
    return await import('@nestjs/testing');
  } catch (thrown) {
    throw new UsageError(
      `createActionTester needs the package '@nestjs/testing': ${messageOf(thrown)}. Install it with \`npm install -D @nestjs/testing\`.`,
      {
        cause: thrown,
      },
    );
  }
}
