import * as client from './client.errors.js';
import * as config from './config.errors.js';
import * as dataset from './dataset.errors.js';
import * as durability from './durability.errors.js';
import * as family from './family.errors.js';
import * as file from './file.errors.js';
import * as pipeline from './pipeline.errors.js';
import * as plugin from './plugin.errors.js';
import * as replay from './replay.errors.js';
import * as reporting from './reporting.errors.js';
import * as run from './run.errors.js';
import * as step from './step.errors.js';
import * as storage from './storage.errors.js';
import * as store from './store.errors.js';
import { SynapseError, type ErrorKind, type SynapseErrorJson } from './synapse.error.js';

type ErrorClass = abstract new (...args: never[]) => SynapseError;

const CLASSES: ReadonlyMap<string, ErrorClass> = new Map(
  [client, config, dataset, durability, family, file, pipeline, plugin, replay, reporting, run, step, storage, store]
    .flatMap((classes) => Object.values(classes) as unknown[])
    .filter((value): value is ErrorClass => typeof value === 'function' && value.prototype instanceof SynapseError)
    .map((type) => [type.name, type]),
);

/** The JSON form of anything that was thrown; what is not ours becomes an {@link plugin.ExecutionError} with it as cause. */
export function errorToJson(thrown: unknown, { withStack = false } = {}): SynapseErrorJson {
  const error = plugin.asSynapseError(thrown);
  const stack = withStack ? deepestStack(error) : undefined;
  return { ...error.toJSON(), ...(stack !== undefined && { stack }) };
}

/**
 * The error that `json` was made from: the same class, so `instanceof` and `code` work on this side as well.
 * A name that this version does not know becomes an {@link plugin.ExecutionError} that keeps code, kind and message.
 */
export function errorFromJson(json: SynapseErrorJson): SynapseError {
  const type = CLASSES.get(json.name) ?? plugin.ExecutionError;
  // The constructors build their message from facts that did not all travel, so only the Error part is constructed.
  const error = Reflect.construct(Error, [json.message], type) as SynapseError;
  const fields: Partial<Record<string | symbol, unknown>> = {
    ...publicFacts(error, json.details),
    code: json.code,
    kind: json.kind satisfies ErrorKind,
    retryable: json.retryable,
    details: json.details,
    [Symbol.for('synapse:error')]: true,
  };
  for (const key of Reflect.ownKeys(fields)) {
    Object.defineProperty(error, key, { value: fields[key], enumerable: true, configurable: true });
  }
  Object.defineProperty(error, 'name', { value: json.name, configurable: true });
  if (json.causes?.length)
    Object.defineProperty(error, 'cause', { value: new Error(json.causes.join(': ')), configurable: true });
  if (json.stack !== undefined) Object.defineProperty(error, 'remoteStack', { value: json.stack, configurable: true });
  return error;
}

/** What classes show of their details as fields. Details named like a member of every error stay details only. */
function publicFacts(error: SynapseError, details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isMember = (key: string) => key in error || key === 'cause' || key === 'remoteStack';
  return Object.fromEntries(Object.entries(details).filter(([key]) => !isMember(key)));
}

/** The stack that shows where it began: the innermost cause's. */
function deepestStack(error: Error): string | undefined {
  let deepest: Error = error;
  for (let depth = 0; depth < 10 && deepest.cause instanceof Error; depth++) deepest = deepest.cause;
  return deepest.stack;
}
