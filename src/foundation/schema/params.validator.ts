import { Injectable, Optional, type Type } from '@nestjs/common';
import { ParamsInvalidError } from '../errors/plugin.errors.js';
import type { ValidatedInstance } from './class-validation.js';
import { FastValidation } from './fast-validation.js';
import type { UnknownKeys } from './instance-builder.js';

/** How strictly params are read. */
export interface ParamsValidatorOptions {
  /**
   * `refuse`: a key the params class does not have is an error with its path, so that a typo cannot pass in silence.
   * `ignore`: such keys are dropped. @defaultValue 'refuse'
   */
  readonly unknownKeys?: UnknownKeys;
}

/** Turns untrusted input into an instance of a params class, or refuses it. */
@Injectable()
export class ParamsValidator {
  private readonly validation: FastValidation;

  constructor(@Optional() options: ParamsValidatorOptions = {}) {
    this.validation = new FastValidation(options.unknownKeys ?? 'refuse');
  }

  /**
   * Checks `input` against the rules of `type` and returns an instance of it: defaults filled in, texts that spell a number,
   * boolean or date converted. An instance of `type` is checked and returned as it is.
   *
   * Answers at once where every rule of the class does, and with a promise only where a validator of the author's own may be asynchronous.
   *
   * @param action - Name of the action the params are for; only the error message uses it.
   * @throws {@link ParamsInvalidError} with every broken rule and its dotted path; as a rejection where a promise was returned.
   * @throws {@link ActionDefinitionError} when `type` cannot be created without arguments.
   */
  parse<P extends object>(action: string, type: Type<P>, input: unknown): P | Promise<P> {
    const accepted = this.validation.accept(type, input);
    if (accepted !== undefined) return accepted;
    const judged = this.validation.judge(type, input);
    return judged instanceof Promise
      ? judged.then((late) => instanceOrError(action, late))
      : instanceOrError(action, judged);
  }
}

function instanceOrError<P extends object>(action: string, { instance, issues }: ValidatedInstance<P>): P {
  if (issues.length > 0) throw new ParamsInvalidError(action, issues);
  return instance;
}
