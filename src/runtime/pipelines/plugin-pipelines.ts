import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { pipelineOfConfig } from '../../authoring/pipelines/pipeline-of-config.js';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import { type PipelineConfig, pipelinesOf } from '../../foundation/config/pipeline-config.js';
import { PipelineDefinitionError } from '../../foundation/errors/pipeline.errors.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import { asSynapseError } from '../../foundation/errors/plugin.errors.js';
import { ActionRegistry } from '../discovery/action-registry.js';
import { PLUGIN_IDENTITY, type PluginIdentity } from '../discovery/plugin-identity.js';
import { PipelineRunner } from './pipeline-runner.service.js';

/** Makes the pipelines of plugins known when the application starts. */
@Injectable()
export class PluginPipelines {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: ActionRegistry,
    private readonly runner: PipelineRunner,
  ) {}

  /**
   * Registers the host's own pipelines, and those that the plugins' configurations name. One of a plugin that cannot run keeps nobody from
   * starting: whoever asks for it is told why.
   *
   * @throws PipelineDefinitionError, SchemaIncompatibleError or DuplicateNameError for a pipeline of the host.
   */
  explore(own: readonly Pipeline[], hostCode: string): void {
    for (const pipeline of own) this.runner.register(pipeline, hostCode);
    for (const identity of this.#identities()) {
      for (const config of pipelinesOf(identity.config ?? {})) this.#add(identity, config);
    }
  }

  #identities(): PluginIdentity[] {
    const providers = this.discovery.getProviders().filter(({ token }) => token === PLUGIN_IDENTITY);
    return [...new Set(providers.map(({ instance }) => instance as PluginIdentity))];
  }

  #add({ code, pipelines }: PluginIdentity, config: PipelineConfig): void {
    try {
      const pipeline = config.entrypoint === undefined ? pipelineOfConfig(config) : held(pipelines, config);
      this.runner.register(named(pipeline, config.name), code);
    } catch (thrown) {
      this.registry.addUnavailable(code, `pipeline:${config.name}`, asSynapseError(thrown));
    }
  }
}

function held(pipelines: PluginIdentity['pipelines'], { name, entrypoint }: PipelineConfig): Pipeline {
  const found = pipelines?.get(name);
  if (isPipeline(found)) return found;
  if (SynapseError.is(found)) throw found;
  throw new PipelineDefinitionError(
    `The entrypoint '${entrypoint ?? ''}' of pipeline '${name}' leads to no pipeline. Export one: export const ${name} = ActionPipeline.of(…).`,
    { details: { pipeline: name, entrypoint } },
  );
}

/** A plugin may bring its own copy of this package, whose pipelines are of another class. */
function isPipeline(value: unknown): value is Pipeline {
  const { graph, check } = (value ?? {}) as Partial<Pipeline>;
  return typeof check === 'function' && Array.isArray(graph?.nodes);
}

/** Runs, lists and the command line know it by its name in the configuration. */
function named(pipeline: Pipeline, name: string): Pipeline {
  if (pipeline.name === name) return pipeline;
  const { description, graph, isStrict, paramsType } = pipeline;
  return { name, description, graph, isStrict, paramsType, check: (facts) => pipeline.check(facts) };
}
