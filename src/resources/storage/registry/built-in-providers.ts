import { HTTPStorageConfig } from '../providers/http/http-storage-config.js';
import { LocalStorageConfig } from '../providers/local/local-storage-config.js';
import type { StorageProviderDefinition } from './provider-definition.js';

const local: StorageProviderDefinition = {
  configuration: LocalStorageConfig,
  load: async () => (await import('../providers/local/local-storage.js')).LocalStorage,
};

const http: StorageProviderDefinition = {
  configuration: HTTPStorageConfig,
  load: async () => (await import('../providers/http/http-storage.js')).HTTPStorage,
};

/** Every name of the providers that are there from the start, in the original's order. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, StorageProviderDefinition>> = {
  local,
  file_system: local,
  http,
  https: http,
};
