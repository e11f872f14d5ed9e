import { NotConfiguredError } from '../../foundation/errors/config.errors.js';
import type { AgentClient } from '../../resources/clients/agent/agent-client.interface.js';
import type { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import type { StorageProvider } from '../../resources/storage/storage-provider.interface.js';

/** How a run reaches the platform; each is made on first use, and absent when nobody configured it. */
export interface PlatformPorts {
  readonly client?: () => BackendClient | undefined;
  readonly agentClient?: () => AgentClient | undefined;
  readonly storage?: () => StorageProvider | undefined;
}

const CURES: Readonly<Record<keyof PlatformPorts, readonly [thing: string, cure: string]>> = {
  client: [
    'The backend client',
    'Provide BackendClient in a module of the application, or set SYNAPSE_HOST and SYNAPSE_ACCESS_TOKEN.',
  ],
  agentClient: ['The agent client', 'Provide AgentClient in a module of the application.'],
  storage: [
    'Storage',
    'Provide StorageProvider in a module of the application, set `storage` of SynapseModule, or SYNAPSE_STORAGE_PROVIDER and SYNAPSE_STORAGE_CONFIGURATION.',
  ],
};

/** What the context hands out for a port. */
type PortOf<K extends keyof PlatformPorts> = NonNullable<ReturnType<NonNullable<PlatformPorts[K]>>>;

/**
 * The port called `name`.
 *
 * @throws {@link NotConfiguredError} when nobody configured it: an action that never asks for it needs no credentials.
 */
export function portOf<K extends keyof PlatformPorts>(ports: PlatformPorts, name: K): PortOf<K> {
  const port = ports[name]?.();
  if (!port) {
    const [thing, cure] = CURES[name];
    throw new NotConfiguredError(thing, cure);
  }
  return port as PortOf<K>;
}
