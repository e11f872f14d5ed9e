import type { Type } from '@nestjs/common';
import type { StorageCallOptions } from '../storage-options.js';
import type { StoragePath } from '../storage-path.js';
import type { StorageProvider } from '../storage-provider.interface.js';
import type { StorageConfigInput } from './storage-config.js';
import { StorageRegistry } from './storage-registry.js';

/** A storage of a configuration, outside of a Nest application. Close it when it is done with. */
export function getStorage(config: StorageConfigInput): Promise<StorageProvider> {
  return new StorageRegistry().getStorage(config);
}

/** A place in the storage of a configuration. */
export async function getStoragePath(config: StorageConfigInput, key = ''): Promise<StoragePath> {
  return (await getStorage(config)).getPath(key);
}

/** How many files lie below a folder in the storage of a configuration. */
export async function getPathFileCount(
  config: StorageConfigInput,
  key = '',
  options?: StorageCallOptions,
): Promise<number> {
  await using storage = await getStorage(config);
  return storage.getPathFileCount(key, options);
}

/** How many bytes the files below a folder in the storage of a configuration have. */
export async function getPathTotalSize(
  config: StorageConfigInput,
  key = '',
  options?: StorageCallOptions,
): Promise<number> {
  await using storage = await getStorage(config);
  return storage.getPathTotalSize(key, options);
}

/** The class of a provider, by any of its names. */
export function getProviderClass(name: string): Promise<Type<StorageProvider>> {
  return new StorageRegistry().getProviderClass(name);
}

/** The names of all providers that are known in the whole process, in the order in which they became known. */
export function getRegisteredProviders(): string[] {
  return new StorageRegistry().names();
}
