import type { Type } from '@nestjs/common';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { Provider } from './action-owners.js';

/**
 * The one instance of a provider that carries a decorator of ours.
 *
 * @param decorator - Name of the decorator; only the error's text uses it.
 * @throws {@link ActionDefinitionError} for a provider of which there is no one instance.
 */
export function singletonOf(provider: Provider, type: Type, decorator: 'Action' | 'Step'): object {
  if (provider.isTransient || !provider.isDependencyTreeStatic()) {
    throw new ActionDefinitionError(
      `${type.name} carries @${decorator} but is not a singleton, or injects something that is request-scoped. ${decorator}s serve all ` +
        `runs with one instance; inject RuntimeContext for what belongs to a run.`,
      { details: { class: type.name } },
    );
  }
  const instance: unknown = provider.instance;
  if (typeof instance !== 'object' || instance === null) {
    throw new ActionDefinitionError(
      `${type.name} carries @${decorator} but was not instantiated. Is it provided by a lazy module?`,
      { details: { class: type.name } },
    );
  }
  return instance;
}
