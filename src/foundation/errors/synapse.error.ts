/** What a caller can do about a failure: the CLI picks an exit code by it, a queue decides on a retry. */
export type ErrorKind = 'usage' | 'config' | 'validation' | 'execution' | 'remote' | 'cancelled';

/** A machine-readable cause, one per class; `docs/errors.md` lists them all. */
export type ErrorCode = `SYN_${string}`;

/** What every error of this package can be given besides its message. */
export interface SynapseErrorOptions extends ErrorOptions {
  /** Whether the same call may succeed later without a change. @defaultValue false */
  readonly retryable?: boolean;
  /** JSON-safe facts for machines; the message says the same to people. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error as it crosses a process: a worker's last frame, a stored run, an HTTP body. */
export interface SynapseErrorJson {
  readonly name: string;
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  /** The cause's message chain, outermost first; causes themselves do not travel. */
  readonly causes?: readonly string[];
  /** The far side's stack, as text. Only present where the producer chose to send it. */
  readonly stack?: string;
}

const BRAND = Symbol.for('synapse:error');

/** Base of every error this package throws on purpose. Anything else that escapes is a bug. */
export abstract class SynapseError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  /** The stack of the process in which the error was thrown, when that was another one. */
  readonly remoteStack?: string;
  readonly [BRAND] = true;

  constructor(message: string, options: SynapseErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true });
  }

  /** Unlike `instanceof`, this holds when a plugin carries its own copy of the package. */
  static is(value: unknown): value is SynapseError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  toJSON(): SynapseErrorJson {
    const { name, code, kind, message, retryable, details } = this;
    const causes = causesOf(this);
    return { name, code, kind, message, retryable, details, ...(causes.length > 0 && { causes }) };
  }
}

/** Messages of the cause chain, outermost first. Stops after ten: a chain may be circular. */
function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let cause: unknown = error.cause;
  while (cause !== undefined && cause !== null && causes.length < 10) {
    causes.push(messageOf(cause));
    cause = typeof cause === 'object' ? (cause as { cause?: unknown }).cause : undefined;
  }
  return causes;
}

/** {@link messageOf} as a part of a sentence: without its full stop. */
export function reasonIn(thrown: unknown): string {
  return messageOf(thrown).replace(/\.$/, '');
}

/** The text of anything that was thrown: an error's message, a string as it is, other values as JSON where that works. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null && typeof (thrown as Error).message === 'string') {
    return (thrown as Error).message || ((thrown as Error).name ?? 'Error');
  }
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
