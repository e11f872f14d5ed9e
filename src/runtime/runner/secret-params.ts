import { valuesAt } from '../../foundation/schema/secret-fields.js';
import { SecretRedactor } from '../invocation/secret-redactor.js';

/** What a store keeps in place of a secret: the caller holds the value. */
export interface SecretReference {
  readonly $secret: 'caller';
}

/**
 * `params` as a store may keep them; the same object when nothing in it is secret.
 *
 * @param paths - Of the secret fields of their class, as `secretFieldsOf` gives them.
 */
export function maskSecrets(paths: readonly string[], params: unknown): unknown {
  return paths.reduce((masked, path) => maskAt(masked, path.split('.')), params);
}

/** Keeps the secret values of `params` out of what the run says; undefined when there are none. */
export function redactorFor(paths: readonly string[], params: unknown): SecretRedactor | undefined {
  const values = paths
    .flatMap((path) => valuesAt(params, path.split('.')))
    .flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
  const redactor = new SecretRedactor(values);
  return redactor.isEmpty ? undefined : redactor;
}

/** A copy of `value` along `path` with a reference at its end; `*` stands for each item of a list and each value of a mapping. */
function maskAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return { $secret: 'caller' } satisfies SecretReference;
  if (typeof value !== 'object' || value === null) return value;
  if (step === '*') return maskEach(value, rest);
  if (!Object.hasOwn(value, step)) return value;
  return { ...value, [step]: maskAt((value as Record<string, unknown>)[step], rest) };
}

function maskEach(value: object, rest: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => maskAt(item, rest));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskAt(item, rest)]));
}
