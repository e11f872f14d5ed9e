import { lookup as resolveName, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { DownloadRefusedError } from '../../../foundation/errors/file.errors.js';

/** Which addresses that are not public may be reached: none, all, or those of the named hosts (`host` or `host:port`). */
export type PrivateAddresses = boolean | readonly string[];

type LookupCallback = (error: Error | null, address?: string | LookupAddress[], family?: number) => void;

/**
 * Decides which hosts a URL may lead to. A URL may come from a stranger, who must not reach what only this machine can: its own services, its
 * neighbours, a cloud's metadata. So the address counts, not the name, at the moment of the connection.
 */
export class AddressRules {
  readonly #allowed: PrivateAddresses;

  constructor(allowed: PrivateAddresses = false) {
    this.#allowed = allowed;
  }

  /** @throws {@link DownloadRefusedError} for a scheme or a literal address that is not fetched. Names are looked at by {@link lookupFor}. */
  check(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new DownloadRefusedError(shownUrl(url), `only http and https are fetched, not ${url.protocol}`);
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.#isAllowed(url) && !isPublic(host)) throw refusal(url, host);
  }

  /** A look-up that answers with addresses that may be reached, so that the connection goes to just those that were looked at. */
  lookupFor(url: URL): (host: string, options: LookupOptions, done: LookupCallback) => void {
    const isAllowed = this.#isAllowed(url);
    return (host, options, done) => {
      resolveName(host, { ...options, all: true }, (error, addresses) => {
        if (error) return done(error);
        const refused = isAllowed ? undefined : addresses.find(({ address }) => !isPublic(address));
        if (refused) return done(refusal(url, refused.address));
        const [first] = addresses;
        if (options.all === true) done(null, addresses);
        else done(null, first?.address, first?.family);
      });
    };
  }

  #isAllowed(url: URL): boolean {
    if (typeof this.#allowed === 'boolean') return this.#allowed;
    return this.#allowed.includes('*') || this.#allowed.includes(url.hostname) || this.#allowed.includes(url.host);
  }
}

/** Whether an address belongs to the public Internet: none of the ranges that are set aside for anything else. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address); // an IPv4 address in the clothes of IPv6 is looked at as what it is
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6, only this eighth has been given out.
  return parsed.kind() === 'ipv4' || parsed.match(ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]);
}

/** A URL as it may be shown: without user, password, query and fragment, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function refusal(url: URL, address: string): DownloadRefusedError {
  return new DownloadRefusedError(
    shownUrl(url),
    `${address} is not a public address. Name the host in privateAddresses if it may be reached.`,
  );
}
