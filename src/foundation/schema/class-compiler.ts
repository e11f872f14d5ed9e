import type { Type } from '@nestjs/common';
import type { ClassDescription, ClassDescriptions } from './class-description.js';
import { writeClassSource } from './class-source.js';
import type { UnknownKeys } from './instance-builder.js';
import { isCatalogued } from './rule-catalog.js';

/** The compiled functions of one class. Both accept only what class-validator would accept, and are unsure of nothing they accept. */
export interface CompiledClass {
  /** An instance made of a plain object that keeps all rules, otherwise undefined. */
  readonly build: (input: unknown, depth: number) => object | undefined;
  /** Whether an instance of exactly this class keeps all rules, as far as that is known here. */
  readonly holds: (instance: unknown, depth: number) => boolean;
}

/** Accepts nothing: for classes whose rules only class-validator can judge. */
const NEVER: CompiledClass = { build: () => undefined, holds: () => false };

/**
 * Compiles the accepting path of params and result classes, once per class.
 *
 * A class is left to class-validator when any rule of it, or of a class it contains, is an author's own, conditional, in a group or
 * asynchronous, when class-transformer decorators reshape it, or where the process forbids generated code.
 */
export class ClassCompiler {
  private readonly compiled = new WeakMap<object, CompiledClass>();

  constructor(
    private readonly classes: ClassDescriptions,
    private readonly unknownKeys: UnknownKeys,
  ) {}

  compile(type: Type<object>): CompiledClass {
    return this.compiled.get(type) ?? this.compileNow(type);
  }

  private compileNow(type: Type<object>): CompiledClass {
    const description = this.classes.describe(type);
    if (!this.isKnown(description, new Set())) return this.remember(type, NEVER);
    // Classes may contain each other, so the code calls a nested class through an object that is filled in a moment later.
    const functions = this.remember(type, { ...NEVER }) as { -readonly [K in keyof CompiledClass]: CompiledClass[K] };
    const { text, constants } = writeClassSource(description, this.unknownKeys === 'refuse', (nested, names) =>
      names.add(this.compile(nested as Type<object>)),
    );
    const made = evaluate(text, constants.names, constants.values);
    if (made !== undefined) Object.assign(functions, made);
    return functions;
  }

  private remember(type: object, compiled: CompiledClass): CompiledClass {
    this.compiled.set(type, compiled);
    return compiled;
  }

  private isKnown(description: ClassDescription, seen: Set<ClassDescription>): boolean {
    if (seen.has(description)) return true;
    seen.add(description);
    if (description.usesTransformer) return false;
    return description.fields.every(({ name, isConditional, rules, valueType }) => {
      // Such a name reads a member of Object.prototype where the input has none.
      if (isConditional || name in Object.prototype) return false;
      if (!rules.every((rule) => rule.isPlain && isCatalogued(rule.name))) return false;
      const inner = valueType.kind === 'list' ? valueType.item : valueType;
      if (inner.kind === 'mapping' && inner.values !== undefined) return false;
      return inner.kind !== 'object' || this.isKnown(this.classes.describe(inner.type), seen);
    });
  }
}

/** Undefined where the process forbids generated code, as with `node --disallow-code-generation-from-strings`. */
function evaluate(text: string, names: readonly string[], values: readonly unknown[]): CompiledClass | undefined {
  try {
    return new Function(...names, text)(...values) as CompiledClass;
  } catch {
    return undefined;
  }
}
