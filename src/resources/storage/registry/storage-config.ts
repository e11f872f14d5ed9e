import { Allow, IsNotEmpty, IsObject, IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';
import type { GCSStorageConfig } from '../providers/gcs/gcs-storage-config.js';
import type { HTTPStorageConfig } from '../providers/http/http-storage-config.js';
import type { LocalStorageConfig } from '../providers/local/local-storage-config.js';
import type { S3StorageConfig } from '../providers/s3/s3-storage-config.js';
import type { SFTPStorageConfig } from '../providers/sftp/sftp-storage-config.js';

/** Names of the providers that are there from the start; case matters. */
export const ProviderType = {
  Local: 'local',
  FileSystem: 'file_system',
  S3: 's3',
  AmazonS3: 'amazon_s3',
  MinIO: 'minio',
  GCS: 'gcs',
  GS: 'gs',
  GCP: 'gcp',
  SFTP: 'sftp',
  HTTP: 'http',
  HTTPS: 'https',
} as const;
export type ProviderType = (typeof ProviderType)[keyof typeof ProviderType];

/** Configuration of one of the providers that are there from the start. */
export type ProviderConfig =
  LocalStorageConfig | S3StorageConfig | GCSStorageConfig | SFTPStorageConfig | HTTPStorageConfig;

/** Which storage, and how it is reached. Can be a field of a params class, with `@ValidateNested()` and `@Type(() => StorageConfig)`. */
export class StorageConfig {
  @UiField({ description: 'Name of the provider, e.g. local, s3, gcs, sftp, http' })
  @IsString()
  @IsNotEmpty()
  provider!: string;

  /** Checked by the provider's own class: see `StorageRegistry.getTypedConfig`. All of it is a secret, since some of it may be. */
  @UiField({ description: 'What the provider needs to know', secret: true })
  @Allow()
  @IsObject()
  configuration!: Record<string, unknown>;
}

/** The same as plain data, e.g. out of a file. Values that the provider has a default for may be left out. */
export interface StorageConfigInput {
  readonly provider: ProviderType | (string & {});
  readonly configuration: object;
}
