import type { Type } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Pipeline } from '../../authoring/pipelines/pipeline.interface.js';
import type { PipelineFinding } from '../../authoring/pipelines/pipeline-checks.js';
import type { ActionFacts, PipelineNode } from '../../authoring/pipelines/pipeline-node.js';
import type { RegisteredStep } from '../../authoring/steps/registered-step.js';
import { actionOptionsOf } from '../../authoring/decorators/metadata.accessor.js';
import { DataTypeRegistry } from '../../foundation/data-types/data-type-registry.js';
import { PipelineDefinitionError } from '../../foundation/errors/pipeline.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { ClassDescriber } from '../../foundation/schema/class-describer.js';
import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import type { ActionRegistry } from '../discovery/action-registry.js';

/** Length of a fingerprint, in hex digits. */
export const FINGERPRINT_LENGTH = 12;

/** A node with the action that it stands for. */
export interface PlannedNode {
  readonly node: PipelineNode;
  /** The action's, with what the node says of method and resources. */
  readonly definition: ActionDefinition;
  /** The params that the action is handed; undefined for all there are. */
  readonly paramNames: ReadonlySet<string> | undefined;
  /** Positions of all nodes before it. */
  readonly ancestors: readonly number[];
  /** How many nodes it waits for itself. */
  readonly waitsFor: number;
  /** Positions of the nodes that wait for it. */
  readonly next: readonly number[];
  /** How progress and events of the pipeline's run know it. */
  readonly step: RegisteredStep;
}

/** A pipeline with its actions found and checked: everything about its runs that does not change. */
export class PipelinePlan {
  readonly name: string;
  readonly plugin: string;
  readonly description: string;
  readonly nodes: readonly PlannedNode[];
  /** Positions of the nodes that no other waits for. */
  readonly sinks: readonly number[];
  /** Whether each node waits for all those before it. */
  readonly isSequence: boolean;
  /** Names a pipeline by its nodes, their actions and their order. */
  readonly fingerprint: string;
  readonly findings: readonly PipelineFinding[];
  readonly secretPaths: readonly string[];
  readonly steps: readonly RegisteredStep[];
  readonly totalWeight: number;
  /** How many nodes each node waits for. */
  readonly waitsFor: readonly number[];
  /** Positions of the nodes that wait for none. */
  readonly roots: readonly number[];

  /**
   * @param plugin - Where actions are looked up that are only named; the code that its runs have. @defaultValue that of its first action
   * @throws {@link PipelineDefinitionError} for an action that is not there; SchemaIncompatibleError for actions that do not fit.
   */
  constructor(
    readonly pipeline: Pipeline,
    registry: ActionRegistry,
    plugin?: string,
  ) {
    const { graph } = pipeline;
    const found = graph.nodes.map((node) => definitionOf(node, { pipeline: pipeline.name, registry, plugin }));
    this.name = pipeline.name;
    this.description = pipeline.description ?? '';
    this.plugin = plugin ?? found[0]?.plugin ?? '';
    this.findings = pipeline.check(graph.nodes.map((node, index) => factsOf(node, found[index])));
    this.nodes = plannedNodes(pipeline, found);
    this.steps = this.nodes.map(({ step }) => step);
    this.totalWeight = this.steps.reduce((sum, { weight }) => sum + weight, 0);
    this.waitsFor = this.nodes.map(({ waitsFor }) => waitsFor);
    this.roots = this.waitsFor.flatMap((count, index) => (count === 0 ? [index] : []));
    this.sinks = graph.sinks;
    this.isSequence = this.nodes.every(({ ancestors }, index) => ancestors.length === index);
    this.fingerprint = fingerprintOf(this.nodes);
    this.secretPaths = [...new Set(found.flatMap(secretPathsOf))];
  }

  /** The pipeline as what its runs are of. Actions have no name like it. */
  get runName(): string {
    return `pipeline:${this.name}`;
  }

  /** Position of a node. */
  indexOf(name: string): number {
    return this.pipeline.graph.indexOf(name);
  }
}

function plannedNodes({ graph }: Pipeline, found: readonly ActionDefinition[]): PlannedNode[] {
  const describer = new ClassDescriber();
  const ancestors = graph.ancestors();
  const direct = graph.nodes.map((_node, index) => graph.directlyBefore(index));
  return graph.nodes.flatMap((node, index) => {
    const definition = found[index];
    if (!definition) return [];
    const { paramsType } = definition;
    return {
      node,
      definition: placed(definition, node),
      paramNames: paramsType && new Set(describer.describe(paramsType as Type<object>).fieldsByName.keys()),
      ancestors: ancestors[index] ?? [],
      waitsFor: direct[index]?.length ?? 0,
      next: direct.flatMap((before, other) => (before.includes(index) ? [other] : [])),
      step: { name: node.name, weight: node.weight, step: { execute: () => ranElsewhere(node.name) } },
    };
  });
}

/** The step is there for its name and weight: the action is a run of its own. */
function ranElsewhere(name: string): never {
  throw new PipelineDefinitionError(
    `Node '${name}' of a pipeline is a run of its own and cannot be executed as a step.`,
  );
}

function placed(definition: ActionDefinition, { method, resources }: PipelineNode): ActionDefinition {
  if (method === undefined && resources === undefined) return definition;
  return { ...definition, ...(method !== undefined && { method }), ...(resources && { resources }) };
}

interface Place {
  readonly pipeline: string;
  readonly registry: ActionRegistry;
  readonly plugin: string | undefined;
}

function definitionOf({ name, action }: PipelineNode, { pipeline, registry, plugin }: Place): ActionDefinition {
  if (typeof action === 'string') {
    try {
      return registry.resolve(action, plugin);
    } catch (cause) {
      throw new PipelineDefinitionError(
        `Node '${name}' of pipeline '${pipeline}' names an action that is not there: ${messageOf(cause)} Install the action or correct its name; runs of the pipeline stay as they are until then.`,
        { cause, details: { pipeline, node: name, action } },
      );
    }
  }
  const options = actionOptionsOf(action);
  const found = registry.list().filter((definition) => definition.options === options);
  const definition = found.find((one) => one.plugin === plugin) ?? found[0];
  if (definition) return definition;
  throw new PipelineDefinitionError(
    `Node '${name}' of pipeline '${pipeline}' needs ${action.name}, which this application does not provide. List it in the providers of an imported module.`,
    { details: { pipeline, node: name, class: action.name } },
  );
}

const BUILT_IN_TYPES = new DataTypeRegistry();

function factsOf({ action }: PipelineNode, definition: ActionDefinition | undefined): ActionFacts | undefined {
  if (!definition) return undefined;
  const { paramsType, resultType, inputType, outputType, inputTypeName, outputTypeName } = definition;
  return {
    label: typeof action === 'string' ? action : action.name,
    paramsType,
    resultType,
    inputType: inputType ?? (inputTypeName === undefined ? undefined : BUILT_IN_TYPES.find(inputTypeName)),
    outputType: outputType ?? (outputTypeName === undefined ? undefined : BUILT_IN_TYPES.find(outputTypeName)),
  };
}

function fingerprintOf(nodes: readonly PlannedNode[]): string {
  const parts = nodes.map(({ node, definition }) => [
    node.name,
    definition.plugin,
    definition.name,
    [...node.after].sort(),
  ]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, FINGERPRINT_LENGTH);
}

/** Dotted paths of the secret params of an action. */
export function secretPathsOf({ paramsType, secretPaths = [] }: ActionDefinition): readonly string[] {
  return [...(paramsType ? secretFieldsOf(paramsType as Type<object>) : []), ...secretPaths];
}
