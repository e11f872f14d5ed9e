import { StoreBlobStorageError } from '../../foundation/errors/store.errors.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { StorageConfigInput } from '../../resources/storage/registry/storage-config.js';
import type { StorageRegistry } from '../../resources/storage/registry/storage-registry.js';
import type { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import { type BlobStorageOptions, shownBlobUrl } from './blob-target.js';

/** A storage for large values, ready to be asked. */
export interface OpenStorage {
  readonly storage: StorageProvider;
  readonly prefix: string;
  /** Whether it is closed with its store. */
  readonly isOwn: boolean;
}

interface NamedStorage {
  readonly registry: StorageRegistry;
  readonly storage: BlobStorageOptions['storage'];
  readonly prefix: string;
}

/**
 * Finds out whether a storage is named as it has to be. Connects to nothing, and loads no client.
 *
 * @param location - Where the store lies that it belongs to, for errors.
 * @throws StoreBlobStorageError.
 */
export async function checkStorage(target: string | BlobStorageOptions, location: string): Promise<void> {
  try {
    const { registry, storage } = await namedBy(target);
    if (isConfig(storage)) await registry.getTypedConfig(durable(storage));
  } catch (thrown) {
    throw unusable(target, location, thrown);
  }
}

/** Makes the storage, which connects with its first call. @throws StoreBlobStorageError. */
export async function openStorage(target: string | BlobStorageOptions, location: string): Promise<OpenStorage> {
  try {
    const { registry, storage, prefix } = await namedBy(target);
    if (!isConfig(storage)) return { storage, prefix, isOwn: false };
    return { storage: await registry.getStorage(durable(storage)), prefix, isOwn: true };
  } catch (thrown) {
    throw unusable(target, location, thrown);
  }
}

/** What is wrong with a storage's configuration, with the store that names it. What is not ours stays what it is. */
export function unusable(target: string | BlobStorageOptions, location: string, thrown: unknown): unknown {
  if (!SynapseError.is(thrown)) return thrown;
  return new StoreBlobStorageError(
    location,
    typeof target === 'string' ? shownBlobUrl(target) : nameOf(target),
    thrown,
  );
}

/** The key of an object in the storage as a whole. */
export function keyIn(prefix: string, key: string): string {
  return [prefix, key].filter((part) => part !== '').join('/');
}

/** Where an object lies, for people. */
export function urlIn({ storage, prefix }: OpenStorage, key: string): string {
  return storage.getUrl(keyIn(prefix, key));
}

/** What is meant by a URL or by options. Loaded when somebody asks: most runs have no large value. */
async function namedBy(target: string | BlobStorageOptions): Promise<NamedStorage> {
  const { normalizeKey } = await import('../../resources/storage/storage-key.js');
  const { StorageRegistry } = await import('../../resources/storage/registry/storage-registry.js');
  const registry = new StorageRegistry();
  const { storage, prefix = '' } = typeof target === 'string' ? addressIn(registry, target) : target;
  return { registry, storage, prefix: normalizeKey(prefix) };
}

/** What a commit refers to has to outlive what the commit does. */
function durable({ provider, configuration }: StorageConfigInput): StorageConfigInput {
  const isDisk = provider === 'local' || provider === 'file_system';
  return { provider, configuration: isDisk ? { durable_writes: true, ...configuration } : configuration };
}

function addressIn(registry: StorageRegistry, url: string): BlobStorageOptions {
  const { config: storage, prefix } = registry.getAddress(url);
  return { storage, prefix };
}

function isConfig(storage: BlobStorageOptions['storage']): storage is StorageConfigInput {
  return 'provider' in storage && 'configuration' in storage;
}

function nameOf({ storage }: BlobStorageOptions): string {
  return isConfig(storage) ? `of the provider '${storage.provider}'` : storage.getUrl('');
}
