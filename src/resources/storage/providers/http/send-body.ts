import { once } from 'node:events';
import type { ClientRequest } from 'node:http';

/** What a request carries. */
export interface HttpBody {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Undefined where nobody knows it; then the body is sent in chunks. */
  readonly sizeBytes: number | undefined;
  /** Whether the bytes can be read only once. */
  readonly isOnce: boolean;
}

/** What watches over a server that takes nothing. */
export interface Patience {
  begin(): void;
  end(): void;
}

/** Sends a body as fast as the server takes it. A server that answers before the end gets no more of it. */
export async function sendBody(request: ClientRequest, body: HttpBody, patience: Patience): Promise<void> {
  let isAnswered = false;
  request.once('response', () => (isAnswered = true));
  patience.end();
  for await (const bytes of body.bytes) {
    if (isAnswered || request.destroyed) return;
    if (request.write(bytes)) continue;
    patience.begin();
    await Promise.race([once(request, 'drain'), once(request, 'response'), closed(request)]);
    patience.end();
  }
  if (request.destroyed) return;
  if (!isAnswered) patience.begin();
  request.end();
}

/** `once` alone would throw for an error, which the request's own listener tells. */
function closed(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => request.once('close', resolve));
}
