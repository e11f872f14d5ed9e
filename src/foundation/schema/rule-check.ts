import { validate, validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { messageOf } from '../errors/synapse.error.js';
import { join } from './instance-builder.js';

// Unknown keys are told by the builder, which also knows undecorated properties of the class; a class without rules is a legal one.
const OPTIONS: ValidatorOptions = { forbidUnknownValues: false, validationError: { target: false, value: true } };

/** Asks class-validator for every broken rule of an instance, without waiting: rules that answer with a promise count as kept. */
export function brokenRulesNow(instance: object, path: string): ValidationIssue[] {
  try {
    return validateSync(instance, OPTIONS).flatMap((error) => toIssues(error, path));
  } catch (thrown) {
    return [ruleFailure(instance, path, thrown)];
  }
}

/** Asks class-validator for every broken rule of an instance. */
export async function brokenRules(instance: object, path: string): Promise<ValidationIssue[]> {
  try {
    const errors = await validate(instance, OPTIONS);
    return errors.flatMap((error) => toIssues(error, path));
  } catch (thrown) {
    return [ruleFailure(instance, path, thrown)];
  }
}

/** A rule that throws accepts nothing; its own error is what the author needs to see. */
function ruleFailure(instance: object, path: string, thrown: unknown): ValidationIssue {
  return {
    path,
    code: 'rule_failed',
    message: `a rule of ${instance.constructor.name} failed itself: ${messageOf(thrown)}`,
  };
}

function toIssues(error: ValidationError, parent: string): ValidationIssue[] {
  const path = join(parent, error.property);
  const own = Object.entries(error.constraints ?? {}).map(([code, message]) => ({ path, code, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => toIssues(child, path))];
}
