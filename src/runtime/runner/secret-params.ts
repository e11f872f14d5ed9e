import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { valuesAt } from '../../foundation/schema/secret-fields.js';
import { SecretRedactor } from '../invocation/secret-redactor.js';

/** What a store keeps in place of a secret: the name of the environment variable that it came from, or that its caller holds it. */
export interface SecretReference {
  readonly $secret: 'caller' | { readonly env: string };
}

/** A shorter value may be that of a variable by chance. */
const MIN_VARIABLE_LENGTH = 8;

/**
 * `params` as a store may keep them; the same object when nothing in it is secret.
 *
 * @param paths - Of the secret fields of their class, as `secretFieldsOf` gives them.
 * @param env - Where secrets are looked for, for who resumes the run to find them again. @defaultValue nowhere
 */
export function maskSecrets(paths: readonly string[], params: unknown, env?: PluginEnvironment): unknown {
  const variables = env && Object.entries(env.toDict());
  const refer = (value: unknown): SecretReference => {
    if (typeof value !== 'string' || value.length < MIN_VARIABLE_LENGTH) return { $secret: 'caller' };
    const variable = variables?.find(([, text]) => text === value);
    return { $secret: variable ? { env: variable[0] } : 'caller' };
  };
  return paths.reduce((masked, path) => maskAt(masked, path.split('.'), refer), params);
}

/** Keeps the secret values of `params` out of what the run says; undefined when there are none. */
export function redactorFor(paths: readonly string[], params: unknown): SecretRedactor | undefined {
  const values = paths
    .flatMap((path) => valuesAt(params, path.split('.')))
    .flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
  const redactor = new SecretRedactor(values);
  return redactor.isEmpty ? undefined : redactor;
}

type Refer = (value: unknown) => SecretReference;

/** A copy of `value` along `path` with a reference at its end; `*` stands for each item of a list and each value of a mapping. */
function maskAt(value: unknown, [step, ...rest]: readonly string[], refer: Refer): unknown {
  if (step === undefined) return refer(value);
  if (typeof value !== 'object' || value === null) return value;
  if (step === '*') return maskEach(value, rest, refer);
  if (!Object.hasOwn(value, step)) return value;
  return { ...value, [step]: maskAt((value as Record<string, unknown>)[step], rest, refer) };
}

function maskEach(value: object, rest: readonly string[], refer: Refer): unknown {
  if (Array.isArray(value)) return value.map((item) => maskAt(item, rest, refer));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskAt(item, rest, refer)]));
}
