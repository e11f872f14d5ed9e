import { ClientError } from '../../../foundation/errors/client.errors.js';
import type { QueryParams } from '../platform-client.interface.js';

/**
 * The URL of a call: below the base, whose own path is kept. A path that is a URL already, e.g. the next page of a list, must lead to the
 * base's host: the credentials that go with the call are for nobody else.
 *
 * @throws {@link ClientError} for another host.
 */
export function requestUrl(baseUrl: string, path: string, query: QueryParams = {}): URL {
  const url = /^https?:\/\//i.test(path)
    ? ownUrl(baseUrl, path)
    : new URL(`${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`);
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (one !== null && one !== undefined) url.searchParams.append(key, String(one));
    }
  }
  return url;
}

/** Behind a proxy that ends TLS, services name themselves with http: what counts is the host, and the base's scheme is used. */
function ownUrl(baseUrl: string, path: string): URL {
  const [base, url] = [new URL(baseUrl), new URL(path)];
  const isOwn = url.host === base.host || (url.hostname === base.hostname && url.port === '' && base.port === '');
  if (!isOwn) {
    throw new ClientError(
      `${url.host} is not the host that the client talks to (${base.host}); its credentials are not sent there.`,
      { details: { host: url.host, expected_host: base.host } },
    );
  }
  url.protocol = base.protocol;
  return url;
}
