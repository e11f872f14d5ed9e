import type { Type } from '@nestjs/common';
import { ClassCompiler } from './class-compiler.js';
import { ClassDescriber } from './class-describer.js';
import { ClassValidation, type ValidatedInstance } from './class-validation.js';
import type { UnknownKeys } from './instance-builder.js';

/** Validates by the compiled path where that accepts, and by class-validator otherwise. */
export class FastValidation {
  private readonly compiler: ClassCompiler;
  private readonly complete: ClassValidation;

  constructor(unknownKeys: UnknownKeys) {
    const classes = new ClassDescriber();
    this.compiler = new ClassCompiler(classes, unknownKeys);
    this.complete = new ClassValidation(classes, unknownKeys);
  }

  /** The valid instance that `input` is or becomes; undefined when only {@link FastValidation.judge} can tell. */
  accept<T extends object>(type: Type<T>, input: unknown): T | undefined {
    try {
      const compiled = this.compiler.compile(type);
      const built = compiled.build(input, 0);
      if (built !== undefined) return built as T;
      return compiled.holds(input, 0) ? (input as T) : undefined;
    } catch {
      // A getter of the input or a rule threw: class-validator's path meets it again and reports it.
      return undefined;
    }
  }

  /** Every broken rule of `input`; a promise only where a rule may be asynchronous. */
  judge<T extends object>(type: Type<T>, input: unknown): ValidatedInstance<T> | Promise<ValidatedInstance<T>> {
    return this.complete.validate(type, input);
  }
}
