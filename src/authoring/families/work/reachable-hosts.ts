import type { RuntimeContext } from '../../context/runtime-context.js';

/**
 * Hosts in private networks that files of the platform may come from: the platform's own, and those that whoever runs this process has named
 * in `SYNAPSE_PRIVATE_HOSTS`. Neither a plugin nor the platform opens the way to others.
 */
export function reachableHosts(ctx: RuntimeContext): string[] {
  const { SYNAPSE_PRIVATE_HOSTS: hosts = '' } = process.env;
  const named = hosts.split(',').map((host) => host.trim());
  const own = URL.parse(ctx.client.baseUrl)?.host;
  return [...named.filter((host) => host !== ''), ...(own === undefined ? [] : [own])];
}
