import type { ClientRequest, IncomingMessage } from 'node:http';

/** What a request carries. */
export interface HttpBody {
  /** Each piece stays as it is until the one after the next is asked for. */
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

/** Pieces that may be on their way while the next is read. */
const MAX_UNSENT = 1;

/** Sends a body as fast as the server takes it. A server that answers before the end gets no more of it. */
export async function sendBody(request: ClientRequest, body: HttpBody, patience: Patience): Promise<void> {
  let answer: IncomingMessage | undefined;
  let wake = (): void => undefined;
  request.once('response', (response: IncomingMessage) => {
    answer = response;
    wake();
  });
  request.once('close', () => wake());
  const isOver = (): boolean => answer !== undefined || request.destroyed;
  let unsent = 0;
  const sent = (): void => {
    unsent--;
    wake();
  };

  patience.end();
  for await (const bytes of body.bytes) {
    if (isOver()) break;
    unsent++;
    request.write(bytes, sent);
    patience.begin();
    while (unsent > MAX_UNSENT && !isOver()) await new Promise<void>((resolve) => (wake = resolve));
    patience.end();
  }
  // What was not sent to its end cannot be followed by another request on the same connection.
  if (answer !== undefined) answer.once('close', () => request.destroy());
  else if (!request.destroyed) {
    patience.begin();
    request.end();
  }
}
