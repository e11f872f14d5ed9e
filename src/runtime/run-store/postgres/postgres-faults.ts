import {
  StoreAccessError,
  StoreCorruptError,
  StoreFailedError,
  StoreFullError,
  StoreUnavailableError,
} from '../../../foundation/errors/store.errors.js';
import type { PostgresTarget } from './postgres-target.js';

/** What a fault of the driver or the server means for the call that met it. */
type Meaning = 'unreachable' | 'conflict' | 'access' | 'full' | 'corrupt' | 'failed';

const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // of a socket
];
/** The driver throws these without a code. */
const LOST_CONNECTION =
  /^(connection terminated|timeout exceeded|timeout expired|query read timeout|client was closed|client has encountered|cannot use a pool after)/i;
const REFUSED_CONNECTION = /^(SASL|the server does not support SSL)/i;

/** By the first characters of SQLSTATE; the longest that fits counts. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': 'unreachable',
  '57P01': 'unreachable', // shut down by its administrator
  '57P02': 'unreachable', // another process of it crashed
  '57P03': 'unreachable', // starting or ending
  '53300': 'unreachable', // too many connections
  '40001': 'conflict',
  '40P01': 'conflict',
  '55P03': 'conflict',
  '28': 'access',
  '3D000': 'access',
  '42501': 'access',
  '25006': 'access', // a replica
  '53100': 'full',
  XX001: 'corrupt',
  XX002: 'corrupt',
  '3F000': 'corrupt', // the schema was dropped
  '42P01': 'corrupt',
  '42703': 'corrupt',
};

/** The code of what the driver threw: SQLSTATE, or the system's. */
export function codeOfFault(thrown: unknown): string {
  const { code } = Object(thrown) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** What the driver or the server threw, in one word. */
export function meaningOf(thrown: unknown): Meaning {
  const code = codeOfFault(thrown);
  if (NETWORK_CODES.includes(code)) return 'unreachable';
  const byState = MEANINGS[code] ?? MEANINGS[code.slice(0, 2)];
  if (byState) return byState;
  const reason = reasonOf(thrown);
  if (LOST_CONNECTION.test(reason)) return 'unreachable';
  const isCertificate = /CERT|SELF_SIGNED|SIGNATURE/.test(code);
  return isCertificate || REFUSED_CONNECTION.test(reason) ? 'access' : 'failed';
}

/** The error for what the driver or the server threw. @param waitedMs - How long the call was tried. */
export function postgresFault(thrown: unknown, target: PostgresTarget, waitedMs = 0): Error {
  const { location } = target;
  const reason = target.redact(reasonOf(thrown));
  // Not as the cause: the driver's errors carry what it was connected with, and the server's the values of a statement.
  switch (meaningOf(thrown)) {
    case 'unreachable':
      return new StoreUnavailableError(location, reason, waitedMs);
    case 'access':
      return new StoreAccessError(location, reason);
    case 'full':
      return new StoreFullError(location);
    case 'corrupt':
      return new StoreCorruptError(location, reason);
    case 'conflict':
    case 'failed':
      return new StoreFailedError(location, reason, undefined, "The server's log says more; try again.");
  }
}

/** A connection that was tried at several addresses fails with a list of errors and no message of its own. */
function reasonOf(thrown: unknown): string {
  const { message, errors, code } = Object(thrown) as { message?: unknown; errors?: unknown; code?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(reasonOf).join(', ');
  return typeof code === 'string' ? code : String(thrown);
}
