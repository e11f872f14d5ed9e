import { PipelineDefinitionError } from '../../foundation/errors/pipeline.errors.js';
import type { PipelineNode } from './pipeline-node.js';

/** The nodes of a pipeline in an order in which they can run, and who comes before whom. */
export class PipelineGraph {
  /** Each after all that it waits for; otherwise as they were named. */
  readonly nodes: readonly PipelineNode[];
  readonly #indexOf: ReadonlyMap<string, number>;

  /**
   * @param pipeline - What messages call it.
   * @throws {@link PipelineDefinitionError} without nodes, for a name that two have, for one in `after` that none has, and for a circle.
   */
  constructor(pipeline: string, nodes: readonly PipelineNode[]) {
    if (nodes.length === 0) {
      throw new PipelineDefinitionError('Pipeline requires at least one action. Name an action class.', {
        details: { pipeline },
      });
    }
    checkNames(pipeline, nodes);
    this.nodes = inOrder(pipeline, nodes);
    this.#indexOf = new Map(this.nodes.map(({ name }, index) => [name, index]));
  }

  /** Position of a node in {@link nodes}. */
  indexOf(name: string): number {
    return this.#indexOf.get(name) ?? -1;
  }

  /** Positions of the nodes that `index` waits for itself. */
  directlyBefore(index: number): readonly number[] {
    return (this.nodes[index]?.after ?? []).map((name) => this.indexOf(name)).sort((one, other) => one - other);
  }

  /** For each node, positions of all nodes that are completed before it starts, in order. */
  ancestors(): readonly (readonly number[])[] {
    const all: number[][] = [];
    this.nodes.forEach((_node, index) => {
      const found = new Set<number>();
      for (const before of this.directlyBefore(index)) {
        found.add(before);
        all[before]?.forEach((earlier) => found.add(earlier));
      }
      all.push([...found].sort((one, other) => one - other));
    });
    return all;
  }

  /** Positions of the nodes that no other waits for. */
  get sinks(): readonly number[] {
    const awaited = new Set(this.nodes.flatMap(({ after }) => after));
    return this.nodes.flatMap(({ name }, index) => (awaited.has(name) ? [] : [index]));
  }
}

function checkNames(pipeline: string, nodes: readonly PipelineNode[]): void {
  const names = new Set<string>();
  for (const { name } of nodes) {
    if (names.has(name)) {
      throw new PipelineDefinitionError(
        `Pipeline '${pipeline}' has two nodes named '${name}'. Give one of them another name: each is waited for, shown and resumed by it.`,
        { details: { pipeline, node: name } },
      );
    }
    names.add(name);
  }
  for (const { name, after } of nodes) {
    const unknown = after.find((other) => !names.has(other));
    if (unknown === undefined) continue;
    throw new PipelineDefinitionError(
      `Node '${name}' of pipeline '${pipeline}' is after '${unknown}', which is no node of it. Nodes: ${[...names].join(', ')}.`,
      { details: { pipeline, node: name, after: unknown, nodes: [...names] } },
    );
  }
}

/** Takes the first that waits for nothing that is not taken yet, again and again. */
function inOrder(pipeline: string, nodes: readonly PipelineNode[]): PipelineNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const taken = new Set<string>();
  const ordered: PipelineNode[] = [];
  const waiting = [...nodes];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ after }) => after.every((name) => taken.has(name)));
    if (next < 0) throw circleError(pipeline, waiting, byName);
    for (const node of waiting.splice(next, 1)) {
      taken.add(node.name);
      ordered.push(node);
    }
  }
  return ordered;
}

function circleError(
  pipeline: string,
  waiting: readonly PipelineNode[],
  byName: ReadonlyMap<string, PipelineNode>,
): PipelineDefinitionError {
  const stuck = new Set(waiting.map(({ name }) => name));
  const path: string[] = [];
  let name = waiting[0]?.name ?? '';
  while (!path.includes(name)) {
    path.push(name);
    name = byName.get(name)?.after.find((other) => stuck.has(other)) ?? name;
  }
  const circle = [...path.slice(path.indexOf(name)), name];
  return new PipelineDefinitionError(
    `The nodes of pipeline '${pipeline}' wait for each other in a circle: ${circle.join(' after ')}. Take one of them out of an 'after'.`,
    { details: { pipeline, circle } },
  );
}
