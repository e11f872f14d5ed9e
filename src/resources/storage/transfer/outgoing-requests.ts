import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Where Node says of each request of its own client that it was made. */
const CHANNEL = 'http.client.request.created';

/**
 * The requests that a library makes by Node's client, for one that cannot be told to end them: what nobody waits for any more would keep its connection, and the
 * process, for as long as the service likes. Which of all requests are those of a piece of work is known by the context that they are made in.
 */
export class OutgoingRequests {
  readonly #context = new AsyncLocalStorage<RequestScope>();
  readonly #note = (message: unknown): void =>
    this.#context.getStore()?.add((message as { readonly request: ClientRequest }).request);
  #scopes = 0;

  /** Does `work`, whose requests end when the signal aborts; it fails then in its library's own words. */
  async during<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const scope = this.open();
    const cut = (): void => scope.cut();
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    try {
      return await scope.run(work);
    } finally {
      signal.removeEventListener('abort', cut);
      scope.close();
    }
  }

  /** Work that goes on after the call that begins it. Whoever opens it closes it. */
  open(): RequestScope {
    if (this.#scopes++ === 0) subscribe(CHANNEL, this.#note);
    return new RequestScope(this.#context, () => {
      if (--this.#scopes === 0) unsubscribe(CHANNEL, this.#note);
    });
  }
}

/** A piece of work, and the requests that it has made. */
export class RequestScope {
  readonly #context: AsyncLocalStorage<RequestScope>;
  readonly #requests = new Set<ClientRequest>();
  #onClose: (() => void) | undefined;
  #isCut = false;

  /** @internal */
  constructor(context: AsyncLocalStorage<RequestScope>, onClose: () => void) {
    this.#context = context;
    this.#onClose = onClose;
  }

  run<T>(work: () => T): T {
    return this.#context.run(this, work);
  }

  /** @internal */
  add(request: ClientRequest): void {
    this.#requests.add(request);
    request.once('close', () => this.#requests.delete(request));
    if (this.#isCut) request.destroy();
  }

  /** Ends the requests that are not over, and those that are still to come. */
  cut(): void {
    this.#isCut = true;
    for (const request of this.#requests) request.destroy();
  }

  /** Nothing more is to be known of its requests. */
  close(): void {
    this.#onClose?.();
    this.#onClose = undefined;
  }
}
