import { actionNameOf } from './pipeline-actions.js';
import type { PipelineAction } from './pipeline-types.js';

/** A pipeline as services and lists hold it: a name, and actions by name. */
export class PipelineDefinition {
  /**
   * @param actions - Classes, or entrypoints of actions; in the order in which they run.
   * @throws PipelineDefinitionError for a class that is no action.
   */
  constructor(
    readonly name: string,
    readonly actions: readonly PipelineAction[],
    readonly description: string | null = null,
  ) {}

  /** The form that the pipeline service takes. The names are those that runs report. */
  toDict(): {
    readonly name: string;
    readonly actions: readonly { readonly name: string; readonly entrypoint: string }[];
    readonly description: string | null;
  } {
    const actions = this.actions.map((action) => ({
      name: actionNameOf(action),
      entrypoint: typeof action === 'string' ? action : action.name,
    }));
    return { name: this.name, actions, description: this.description };
  }
}
