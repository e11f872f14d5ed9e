import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import { DownloadRefusedError } from '../../../foundation/errors/file.errors.js';
import { ClientConnectionError, ClientTimeoutError } from '../../../foundation/errors/client.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';
import { type AddressRules, shownUrl } from './address-rules.js';

/** What is asked of a server. */
export interface SourceRequest {
  readonly url: URL;
  /** Go to the URL's own origin only. */
  readonly headers: Readonly<Record<string, string>>;
  /** Go wherever the URL leads, e.g. the range. */
  readonly neutralHeaders: Readonly<Record<string, string>>;
  /** Longest silence of the server, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fetches over HTTP, with connections of its own: a pool shared with others holds some that nobody looked at. */
export class HttpSource {
  readonly #rules: AddressRules;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;

  /** @param certificates - Authorities in PEM that are trusted besides those that Node trusts. */
  constructor(rules: AddressRules, certificates: readonly string[] = []) {
    this.#rules = rules;
    const ca = certificates.length > 0 ? [...getCACertificates(), ...certificates] : undefined;
    this.#secure = new https.Agent({ keepAlive: true, ca });
  }

  /** Follows redirects, each of them looked at like the first URL; credentials do not follow to another origin. */
  async open(request: SourceRequest): Promise<IncomingMessage> {
    let { url } = request;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      this.#rules.check(url);
      const response = await this.#get(url, request);
      const { location } = response.headers;
      if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return response;
      response.resume();
      url = nextUrl(location, url);
    }
    throw new DownloadRefusedError(shownUrl(request.url), `it was redirected more than ${MAX_REDIRECTS} times`);
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #get(url: URL, request: SourceRequest): Promise<IncomingMessage> {
    const isOwn = url.origin === request.url.origin;
    const [client, agent] = url.protocol === 'https:' ? [https, this.#secure] : [http, this.#plain];
    const { idleTimeoutMs, signal } = request;
    return new Promise((resolve, reject) => {
      const options: https.RequestOptions = {
        agent,
        signal,
        lookup: this.#rules.lookupFor(url) as https.RequestOptions['lookup'],
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          ...request.neutralHeaders,
          ...(isOwn && request.headers),
        },
        // The URL's own user and password go to its own origin only.
        auth: isOwn && url.username !== '' ? `${decode(url.username)}:${decode(url.password)}` : null,
      };
      let answer: IncomingMessage | undefined;
      const sent = client.get(shownTarget(url), options, (response) => {
        answer = response;
        resolve(response);
      });
      onSilence(sent, idleTimeoutMs, () => (answer ?? sent).destroy(silence(url, idleTimeoutMs)));
      sent.on('error', (error) => reject(signal?.aborted ? (signal.reason as Error) : connectionError(url, error)));
    });
  }
}

/** Calls back when the server is silent for so long. What it said while this process itself was held up is heard first. */
function onSilence(sent: ClientRequest, idleTimeoutMs: number, callback: () => void): void {
  sent.once('socket', (socket) => {
    let listening: NodeJS.Immediate | undefined;
    const heard = (): string => [socket.connecting, socket.bytesRead, socket.bytesWritten].join();
    const listen = (): void => {
      const before = heard();
      listening = setImmediate(() => (heard() === before ? callback() : socket.setTimeout(idleTimeoutMs)));
    };
    socket.setTimeout(idleTimeoutMs).on('timeout', listen);
    sent.once('close', () => {
      clearImmediate(listening);
      socket.setTimeout(0).off('timeout', listen); // the connection is kept for others
    });
  });
}

/** User and password are handed over apart. */
function shownTarget(url: URL): URL {
  const target = new URL(url);
  target.username = '';
  target.password = '';
  return target;
}

function nextUrl(location: string, from: URL): URL {
  const next = URL.parse(location, from.href);
  if (next === null) throw new DownloadRefusedError(shownUrl(from), 'it was redirected to something that is no URL');
  if (next.origin === from.origin) {
    next.username = from.username;
    next.password = from.password;
  }
  return next;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function silence(url: URL, idleTimeoutMs: number): ClientTimeoutError {
  return new ClientTimeoutError(`${shownUrl(url)} sent nothing for ${idleTimeoutMs} ms`);
}

function connectionError(url: URL, error: NodeJS.ErrnoException): Error {
  if (SynapseError.is(error)) return error;
  if (isOfCertificate(error)) {
    const cure = 'If the server is yours, name its authority in certificateAuthorities or NODE_EXTRA_CA_CERTS.';
    return new DownloadRefusedError(shownUrl(url), `its certificate is not trusted: ${messageOf(error)}. ${cure}`);
  }
  return new ClientConnectionError(`${shownUrl(url)} cannot be reached: ${messageOf(error)}`, { cause: error });
}

/** What OpenSSL finds wrong with a certificate, and Node with the name in it. */
function isOfCertificate({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /(^|_)(CERT|CRL|CHAIN|LEAF_SIGNATURE)(_|$)/.test(code);
}
