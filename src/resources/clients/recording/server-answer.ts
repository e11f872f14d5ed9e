/** What a {@link BackendServer} answers. */
export interface ServerAnswer {
  readonly status: number;
  /** Sent as JSON; a Buffer as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection in place of an answer: what was asked for is done, and nobody hears of it. */
  readonly isLost?: boolean;
}
