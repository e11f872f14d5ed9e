import { SynapseError, type ErrorCode, type ErrorKind, type SynapseErrorOptions } from './synapse.error.js';

/** Facts about a failed call to a remote service. */
export interface ClientErrorOptions extends SynapseErrorOptions {
  /** HTTP status, where there was an answer. */
  readonly statusCode?: number;
}

/** Base of failures while talking to a remote service. Its text is `<status>: <detail>` where a status exists. */
export class ClientError extends SynapseError {
  readonly code: ErrorCode = 'SYN_CLIENT';
  readonly kind: ErrorKind = 'remote';

  constructor(detail = '', options: ClientErrorOptions = {}) {
    const { statusCode } = options;
    super(statusCode === undefined ? detail : `${statusCode}: ${detail}`, {
      ...options,
      details: { ...options.details, ...(statusCode !== undefined && { status_code: statusCode }) },
    });
  }

  /** HTTP status, where there was an answer. Read from the details, so that it survives a process border. */
  get statusCode(): number | undefined {
    const { status_code: statusCode } = this.details;
    return typeof statusCode === 'number' ? statusCode : undefined;
  }

  /** The message without the status. */
  get detail(): string {
    return this.statusCode === undefined ? this.message : this.message.slice(`${this.statusCode}: `.length);
  }
}

/** The service could not be reached at all. Retryable. */
export class ClientConnectionError extends ClientError {
  override readonly code = 'SYN_CLIENT_CONNECTION';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { retryable: true, ...options });
  }
}

/** The service did not answer in time (status 408). Retryable. */
export class ClientTimeoutError extends ClientError {
  override readonly code = 'SYN_CLIENT_TIMEOUT';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 408, retryable: true, ...options });
  }
}

/** The service answered with an error status that has no class of its own. */
export class HTTPError extends ClientError {
  override readonly code: ErrorCode = 'SYN_HTTP';
}

/** 401: no credentials, or ones that are not valid. */
export class AuthenticationError extends HTTPError {
  override readonly code = 'SYN_HTTP_AUTHENTICATION';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 401, ...options });
  }
}

/** 403: valid credentials that do not allow this. */
export class AuthorizationError extends HTTPError {
  override readonly code = 'SYN_HTTP_AUTHORIZATION';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 403, ...options });
  }
}

/** 404: there is no such thing. */
export class NotFoundError extends HTTPError {
  override readonly code = 'SYN_HTTP_NOT_FOUND';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 404, ...options });
  }
}

/** 400 or 422: the service refused what was sent. Not to be confused with {@link ParamsInvalidError}, which is ours. */
export class RequestInvalidError extends HTTPError {
  override readonly code = 'SYN_HTTP_REQUEST_INVALID';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 400, ...options });
  }
}

/** 429: too many requests. Retryable. */
export class RateLimitError extends HTTPError {
  override readonly code = 'SYN_HTTP_RATE_LIMIT';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 429, retryable: true, ...options });
  }
}

/** 500 and above: the service failed. Retryable. */
export class ServerError extends HTTPError {
  override readonly code = 'SYN_HTTP_SERVER';
  constructor(detail = '', options: ClientErrorOptions = {}) {
    super(detail, { statusCode: 500, retryable: true, ...options });
  }
}

/** A stream of events or logs that broke. */
export class StreamError extends ClientError {
  override readonly code: ErrorCode = 'SYN_STREAM';
}

/** A stream that is larger than its limit. */
export class StreamLimitExceededError extends StreamError {
  override readonly code = 'SYN_STREAM_LIMIT';
}

/** A WebSocket that failed or was closed. */
export class WebSocketError extends StreamError {
  override readonly code = 'SYN_WEBSOCKET';
}

/**
 * Throws the error class that fits an HTTP status; returns for a status below 400.
 *
 * 401, 403, 404 and 429 have classes of their own, 400 and 422 are {@link RequestInvalidError}, 500 and above
 * {@link ServerError}; everything else, 408 included, is {@link HTTPError}.
 *
 * @param more - What else the error is to hold, e.g. facts about the call in `details`.
 * @throws {@link HTTPError} or one of its subclasses.
 */
export function raiseForStatus(statusCode: number, detail = '', more: ClientErrorOptions = {}): void {
  if (statusCode < 400) return;
  const ErrorClass = CLASS_OF_STATUS[statusCode] ?? (statusCode >= 500 ? ServerError : HTTPError);
  throw new ErrorClass(detail, { ...more, statusCode });
}

const CLASS_OF_STATUS: Readonly<Record<number, typeof HTTPError>> = {
  400: RequestInvalidError,
  401: AuthenticationError,
  403: AuthorizationError,
  404: NotFoundError,
  422: RequestInvalidError,
  429: RateLimitError,
};
