import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import { SecretRedactor } from '../invocation/secret-redactor.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';

/** What a store keeps in place of a secret: the caller holds the value. */
export interface SecretReference {
  readonly $secret: 'caller';
}

const NONE: readonly string[] = [];

/** Keeps secrets out of what is stored: params marked `@UiField({ secret: true })` become references. */
export class SecretParams {
  readonly #paths = new WeakMap<object, readonly string[]>();

  /** `params` as a store may keep them; the same object when nothing in it is secret. */
  mask(type: ClassOf<object> | undefined, params: unknown): unknown {
    const paths = this.#pathsOf(type);
    if (paths.length === 0) return params;
    return paths.reduce<unknown>((masked, path) => maskAt(masked, path.split('.')), params);
  }

  /** Keeps the secret values of `params` out of what the run says; undefined when there are none. */
  redactorFor(type: ClassOf<object> | undefined, params: unknown): SecretRedactor | undefined {
    const paths = this.#pathsOf(type);
    if (paths.length === 0) return undefined;
    const values = paths
      .flatMap((path) => valuesAt(params, path.split('.')))
      .flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
    const redactor = new SecretRedactor(values);
    return redactor.isEmpty ? undefined : redactor;
  }

  #pathsOf(type: ClassOf<object> | undefined): readonly string[] {
    if (!type) return NONE;
    let paths = this.#paths.get(type);
    if (!paths) this.#paths.set(type, (paths = secretFieldsOf(type as never)));
    return paths;
  }
}

/** A copy of `value` along `path` with a reference at its end; `*` stands for each item of a list. */
function maskAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return { $secret: 'caller' } satisfies SecretReference;
  if (typeof value !== 'object' || value === null) return value;
  if (step === '*') return Array.isArray(value) ? value.map((item) => maskAt(item, rest)) : value;
  if (!Object.hasOwn(value, step)) return value;
  return { ...value, [step]: maskAt((value as Record<string, unknown>)[step], rest) };
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : [];
  return Object.hasOwn(value, step) ? valuesAt((value as Record<string, unknown>)[step], rest) : [];
}
