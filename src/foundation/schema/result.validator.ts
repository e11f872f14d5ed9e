import { Injectable, type Type } from '@nestjs/common';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { messageOf } from '../errors/synapse.error.js';
import { typeNameOf, type ValidatedInstance } from './class-validation.js';
import { FastValidation } from './fast-validation.js';
import { isPlainObject } from './value-type.js';

/** Why a result does not fit its class. */
export interface ResultMismatch {
  /** The warning's text, as the original words it. */
  readonly message: string;
  /** Every broken rule and its path; one with an empty path when the result as a whole is of the wrong type. */
  readonly issues: readonly ValidationIssue[];
}

/** Says whether a result fits its class. It changes no result and never throws: whether a misfit is a warning or an error is the caller's choice. */
@Injectable()
export class ResultValidator {
  // Results carry more than their class says, as the original allows: only what the class names is checked.
  private readonly validation = new FastValidation('ignore');

  /**
   * @returns Undefined when `value` is an instance of `type` that keeps its rules, or a plain object that would become one.
   * A promise only where a validator of the author's own may be asynchronous.
   */
  check(type: Type<object>, value: unknown): ResultMismatch | undefined | Promise<ResultMismatch | undefined> {
    try {
      if (this.validation.accept(type, value) !== undefined) return undefined;
      if (!isPlainObject(value) && !(value instanceof type)) {
        return wholeMismatch(`Result type mismatch: expected ${type.name} or dict, got ${typeNameOf(value)}`);
      }
      const validated = this.validation.judge(type, value);
      if (!(validated instanceof Promise)) return toMismatch(type, validated);
      return validated.then((late) => toMismatch(type, late)).catch(validationFailed);
    } catch (thrown) {
      return validationFailed(thrown);
    }
  }
}

function toMismatch(type: Type<object>, { issues }: ValidatedInstance<object>): ResultMismatch | undefined {
  if (issues.length === 0) return undefined;
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'} for ${type.name}`;
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return { message: `Result validation warning for ${type.name}: ${count}: ${list}`, issues };
}

function validationFailed(thrown: unknown): ResultMismatch {
  return wholeMismatch(`Result validation failed: ${messageOf(thrown)}`);
}

function wholeMismatch(message: string): ResultMismatch {
  return { message, issues: [{ path: '', code: 'result_type', message }] };
}
