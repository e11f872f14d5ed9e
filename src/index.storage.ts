// The part of the public surface that is about storage.
export { LocalStorageConfig } from './resources/storage/providers/local/local-storage-config.js';
export { LocalStorage } from './resources/storage/providers/local/local-storage.js';
export { S3StorageConfig } from './resources/storage/providers/s3/s3-storage-config.js';
export { S3Storage } from './resources/storage/providers/s3/s3-storage.js';
export { GCSStorageConfig } from './resources/storage/providers/gcs/gcs-storage-config.js';
export { GCSStorage } from './resources/storage/providers/gcs/gcs-storage.js';
export { SFTPStorageConfig } from './resources/storage/providers/sftp/sftp-storage-config.js';
export { SFTPStorage } from './resources/storage/providers/sftp/sftp-storage.js';
export { HTTPStorageConfig, HTTPUploadMode } from './resources/storage/providers/http/http-storage-config.js';
export { HTTPStorage } from './resources/storage/providers/http/http-storage.js';
export {
  type StorageProviderDefinition,
  type StorageUrlParts,
} from './resources/storage/registry/provider-definition.js';
export {
  getPathFileCount,
  getPathTotalSize,
  getProviderClass,
  getRegisteredProviders,
  getStorage,
  getStoragePath,
} from './resources/storage/registry/shortcuts.js';
export {
  type ProviderConfig,
  ProviderType,
  StorageConfig,
  type StorageConfigInput,
} from './resources/storage/registry/storage-config.js';
export { type StorageAddress } from './resources/storage/registry/storage-address.js';
export { registerProvider, StorageRegistry } from './resources/storage/registry/storage-registry.js';
export { compareKeys, normalizeKey } from './resources/storage/storage-key.js';
export {
  type DownloadObjectOptions,
  type ListOptions,
  type ObjectChecksumOptions,
  type ReadOptions,
  type StorageCallOptions,
  type StorageEntry,
  type TransferOptions,
  type TransferProgress,
  type UploadOptions,
  type WriteOptions,
} from './resources/storage/storage-options.js';
export { type PathStorage, StoragePath } from './resources/storage/storage-path.js';
export { type FailedWork, StoragePrimitives } from './resources/storage/storage-primitives.js';
export { StorageProvider } from './resources/storage/storage-provider.interface.js';
export { type LocalFile } from './resources/storage/transfer/local-file.js';
export { type ByteRange, type OpenedObject } from './resources/storage/transfer/resumed-read.js';
export { type RetryTurns } from './resources/storage/transfer/retry-turns.js';
export { StorageCall } from './resources/storage/transfer/storage-call.js';
export { type StorageBody, type StorageContent } from './resources/storage/transfer/storage-content.js';
export { type TransferMeter } from './resources/storage/transfer/transfer-meter.js';
export { type FolderChild, type FolderTree, walkFolders } from './resources/storage/walk-folders.js';
