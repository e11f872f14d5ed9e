import { createHmac, timingSafeEqual } from 'node:crypto';
import { ModelIdInvalidError } from '../../../foundation/errors/family.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';

/** What a request says about the model that it is for. */
export interface ServedModelId {
  /** Id of the model. */
  readonly model: string;
  /** Token that the model is fetched with. It can be read by whoever sees the id: the signature keeps it from being changed, not from being seen. */
  readonly token: string;
  readonly tenant?: string;
}

/** How an id of a served model is signed. */
export interface ModelIdOptions {
  /** What only the two ends know, at least 16 characters. The address of the backend is no secret. */
  readonly secret: string;
  /** How long the id is good for, in milliseconds, 1 and up. @defaultValue 3,600,000 (an hour) */
  readonly expiresInMs?: number;
  /** The time, in milliseconds since the epoch. @defaultValue now */
  readonly nowMs?: number;
}

const HEADER = encoded({ alg: 'HS256', typ: 'JWT' });
const MIN_SECRET = 16;

/** The value of the header `serve_multiplexed_model_id`: a signed word on which model a request is for, good for a time. */
export function createServeMultiplexedModelId(id: ServedModelId, options: ModelIdOptions): string {
  const { secret, expiresInMs = 3_600_000, nowMs = Date.now() } = options;
  if (id.model === '' || id.token === '') throw new ModelIdInvalidError('model and token must not be empty');
  if (!(expiresInMs >= 1)) throw new ModelIdInvalidError('expiresInMs must be 1 or more');
  const { model, token, tenant } = id;
  const exp = Math.floor((nowMs + expiresInMs) / 1_000);
  const content = `${HEADER}.${encoded({ model, token, ...(tenant && { tenant }), exp })}`;
  return `${content}.${signatureOf(content, secret)}`;
}

/**
 * What a request's id says, once it is known that nobody has made or changed it who does not know the secret.
 *
 * @throws {@link ModelIdInvalidError} for anything else, and for one whose time is over.
 */
export function readServeMultiplexedModelId(
  text: string,
  { secret, nowMs = Date.now() }: ModelIdOptions,
): ServedModelId {
  const [header, payload, signature] = partsOf(text);
  // Never by what the header says: whoever forges an id also writes its header.
  if (!isSame(signature, signatureOf(`${header}.${payload}`, secret)))
    throw new ModelIdInvalidError('its signature is wrong');
  const { model, token, tenant, exp } = decoded(payload);
  if (typeof exp !== 'number' || exp * 1_000 <= nowMs) throw new ModelIdInvalidError('its time is over');
  if (typeof model !== 'string' || typeof token !== 'string') throw new ModelIdInvalidError('it names no model');
  return { model, token, ...(typeof tenant === 'string' && { tenant }) };
}

function partsOf(text: string): [header: string, payload: string, signature: string] {
  const [header, payload, signature, ...more] = text.split('.');
  if (header !== undefined && payload !== undefined && signature !== undefined && more.length === 0) {
    return [header, payload, signature];
  }
  throw new ModelIdInvalidError('it has not the three parts of a signed id');
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new ModelIdInvalidError('it does not hold JSON');
}

function signatureOf(content: string, secret: string): string {
  if (secret.length < MIN_SECRET)
    throw new ModelIdInvalidError(`the secret must have at least ${MIN_SECRET} characters`);
  return createHmac('sha256', secret).update(content).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
