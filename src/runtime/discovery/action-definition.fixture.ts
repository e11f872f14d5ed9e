import type { ActionDefinition } from './action-definition.js';

/** A definition that says as little as one can, but for what a spec is about. */
export function definitionOf(known: Partial<ActionDefinition> = {}): ActionDefinition {
  return {
    plugin: 'app',
    name: 'train',
    description: '',
    category: 'custom',
    entrypoint: 'TrainAction',
    isStrictResult: false,
    ignoresUnknownParams: false,
    permissions: [],
    options: {},
    env: {},
    call: () => undefined,
    ...known,
  };
}
