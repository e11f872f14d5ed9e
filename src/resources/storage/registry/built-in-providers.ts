import { GCSStorageConfig } from '../providers/gcs/gcs-storage-config.js';
import { HTTPStorageConfig } from '../providers/http/http-storage-config.js';
import { LocalStorageConfig } from '../providers/local/local-storage-config.js';
import { S3StorageConfig } from '../providers/s3/s3-storage-config.js';
import { SFTPStorageConfig } from '../providers/sftp/sftp-storage-config.js';
import type { StorageProviderDefinition } from './provider-definition.js';

const local: StorageProviderDefinition = {
  configuration: LocalStorageConfig,
  load: async () => (await import('../providers/local/local-storage.js')).LocalStorage,
};

const gcs: StorageProviderDefinition = {
  configuration: GCSStorageConfig,
  load: async () => (await import('../providers/gcs/gcs-storage.js')).GCSStorage,
};

const sftp: StorageProviderDefinition = {
  configuration: SFTPStorageConfig,
  load: async () => (await import('../providers/sftp/sftp-storage.js')).SFTPStorage,
};

const http: StorageProviderDefinition = {
  configuration: HTTPStorageConfig,
  load: async () => (await import('../providers/http/http-storage.js')).HTTPStorage,
};

const s3: StorageProviderDefinition = {
  configuration: S3StorageConfig,
  load: async () => (await import('../providers/s3/s3-storage.js')).S3Storage,
};

/** Every name of the providers that are there from the start, in the original's order. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, StorageProviderDefinition>> = {
  local,
  file_system: local,
  s3,
  amazon_s3: s3,
  minio: s3,
  gcs,
  gs: gcs,
  gcp: gcs,
  sftp,
  http,
  https: http,
};
