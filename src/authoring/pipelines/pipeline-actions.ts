import { PipelineDefinitionError } from '../../foundation/errors/pipeline.errors.js';
import { declaredBy } from '../decorators/declared-by.js';
import { actionOptionsOf } from '../decorators/metadata.accessor.js';
import { nameOfActionClass } from '../decorators/name-of-action.js';
import type { ActionFacts, PipelineNode, PipelineNodeOptions } from './pipeline-node.js';
import type { PipelineAction } from './pipeline-types.js';

/**
 * The name that runs report an action by: an entrypoint's is the part behind its last dot, as in the original.
 *
 * @throws {@link PipelineDefinitionError} for a class without `@Action`.
 */
export function actionNameOf(action: PipelineAction): string {
  if (typeof action === 'string') return action.includes(':') ? action : action.slice(action.lastIndexOf('.') + 1);
  return optionsOf(action).name ?? nameOfActionClass(action.name);
}

/** What the checks know of an action; nothing of one that is only named. */
export function factsOf(action: PipelineAction): ActionFacts | undefined {
  if (typeof action === 'string') return undefined;
  const { inputType, outputType } = optionsOf(action);
  return {
    label: action.name,
    paramsType: declaredBy(action, 'params'),
    resultType: declaredBy(action, 'result'),
    inputType,
    outputType,
  };
}

/** The nodes of a list of actions, each after the one before it. An action that comes again is numbered: `train`, `train_2`. */
export function nodesInOrder(actions: readonly PipelineAction[]): PipelineNode[] {
  const counts = new Map<string, number>();
  const nodes: PipelineNode[] = [];
  for (const action of actions) {
    const base = actionNameOf(action);
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const last = nodes.at(-1);
    nodes.push(nodeOf(count === 1 ? base : `${base}_${count}`, { action, after: last ? [last.name] : [] }));
  }
  return nodes;
}

/** A node with its defaults. @throws {@link PipelineDefinitionError} for a value that is out of range. */
export function nodeOf(name: string, options: PipelineNodeOptions): PipelineNode {
  const { after = [], weight = 1 } = options;
  if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
    throw new PipelineDefinitionError(
      `The weight of node '${name}' must be a number from 0 on, got ${String(weight)}.`,
      {
        details: { node: name, weight: String(weight) },
      },
    );
  }
  if (typeof options.action !== 'string') optionsOf(options.action);
  return { ...options, name, after: [...new Set(after)], weight };
}

function optionsOf(action: unknown): NonNullable<ReturnType<typeof actionOptionsOf>> {
  const options = typeof action === 'function' ? actionOptionsOf(action) : undefined;
  if (options) return options;
  const found = typeof action === 'function' ? `the class ${action.name || '(anonymous)'}` : String(action);
  throw new PipelineDefinitionError(
    `A pipeline is made of classes with @Action or of names of actions, got ${found}. Decorate the class, or name the action.`,
    { details: { found } },
  );
}
