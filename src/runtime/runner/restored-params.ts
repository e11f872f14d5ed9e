import { isRecord } from '../../foundation/schema/json-safe.js';
import { SecretMissingError } from '../../foundation/errors/durability.errors.js';
import type { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { SecretReference } from './secret-params.js';

/** What the params of a run are put together from. */
export interface ParamsParts {
  /** The run's id, for errors. */
  readonly id: string;
  /** Dotted paths of the secret fields of their class. */
  readonly paths: readonly string[];
  /** As the store has them: with references in the place of secrets. */
  readonly stored: unknown;
  /** What the caller gives: the secrets; for a fork, also what is to be changed. */
  readonly params?: unknown;
  /** Where secrets are found that came from an environment variable. */
  readonly env: PluginEnvironment;
  readonly isFork?: boolean;
}

/**
 * The params of a run that was stored, with its secrets.
 *
 * @throws {@link SecretMissingError} with the paths of those that nobody has given; UsageError for params that are no secret of a run that
 * goes on: it keeps its params.
 */
export function restoredParams(parts: ParamsParts): unknown {
  const { id, paths, stored, params: given, isFork = false, env } = parts;
  if (given !== undefined && !isRecord(given)) {
    throw new UsageError(`Params must be an object with the values to give anew, got ${JSON.stringify(given)}.`);
  }
  if (!isFork) refuseOthers(id, paths, given ?? {});
  const base = isFork && isRecord(stored) && given ? { ...stored, ...given } : stored;
  const missing: string[] = [];
  const restored = paths.reduce<unknown>(
    (params, path) => withSecret({ value: params, given, trail: [] }, path.split('.'), { env, missing }),
    base,
  );
  if (missing.length > 0) throw new SecretMissingError(id, missing);
  return restored;
}

interface Place {
  readonly value: unknown;
  readonly given: unknown;
  readonly trail: readonly string[];
}

/** Where secrets are looked for, and those that were not found. */
interface Search {
  readonly env: PluginEnvironment;
  readonly missing: string[];
}

function withSecret({ value, given, trail }: Place, path: readonly string[], search: Search): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (!isReference(value)) return value;
    return given === undefined ? found(value, trail, search) : given;
  }
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string, item: unknown): unknown =>
    withSecret(
      { value: item, given: (given as Record<string, unknown> | undefined)?.[key], trail: [...trail, key] },
      rest,
      search,
    );
  if (step === '*') {
    if (Array.isArray(value)) return value.map((item, index) => inner(String(index), item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(key, item)]));
  }
  return Object.hasOwn(value, step)
    ? { ...value, [step]: inner(step, (value as Record<string, unknown>)[step]) }
    : value;
}

/** The secret from the variable that it came from. */
function found({ $secret }: SecretReference, trail: readonly string[], { env, missing }: Search): unknown {
  const path = trail.join('.');
  const value = typeof $secret === 'object' ? env.get($secret.env, undefined) : undefined;
  if (value === undefined || value === null) {
    missing.push(typeof $secret === 'object' ? `${path} (environment variable ${$secret.env})` : path);
  }
  return value;
}

function refuseOthers(id: string, paths: readonly string[], given: Readonly<Record<string, unknown>>): void {
  const secret = new Set(paths.map((path) => path.split('.')[0]));
  const other = Object.keys(given).find((key) => !secret.has(key));
  if (other === undefined) return;
  throw new UsageError(
    `Run ${id} keeps the params that it was started with; only secrets are given again, and '${other}' is none. To change it, fork the run.`,
    { details: { run_id: id, param: other } },
  );
}

function isReference(value: unknown): value is SecretReference {
  return isRecord(value) && '$secret' in value;
}
