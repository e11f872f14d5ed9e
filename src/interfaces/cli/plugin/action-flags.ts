import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { ActionDefinition } from '../../../runtime/discovery/action-definition.js';

export function readActionFlags(_d: ActionDefinition, _b: unknown, flags: readonly string[]): Record<string, unknown> {
  if (flags.length > 0) throw new UsageError(`Unknown flag '${flags[0]}'.`);
  return {};
}
export function actionFlagsHelp(_d: ActionDefinition, _b: unknown): string {
  return '';
}
