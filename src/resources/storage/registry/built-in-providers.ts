import { fileURLToPath } from 'node:url';
import { GCSStorageConfig } from '../providers/gcs/gcs-storage-config.js';
import { HTTPStorageConfig } from '../providers/http/http-storage-config.js';
import { LocalStorageConfig } from '../providers/local/local-storage-config.js';
import { S3StorageConfig } from '../providers/s3/s3-storage-config.js';
import { SFTPStorageConfig } from '../providers/sftp/sftp-storage-config.js';
import type { StorageProviderDefinition } from './provider-definition.js';

const local: StorageProviderDefinition = {
  configuration: LocalStorageConfig,
  load: async () => (await import('../providers/local/local-storage.js')).LocalStorage,
  // Who names a folder by a URL keeps there what others refer to.
  ofUrl: (url) => ({ configuration: { location: fileURLToPath(bare(url)), durable_writes: true } }),
};

const gcs: StorageProviderDefinition = {
  configuration: GCSStorageConfig,
  load: async () => (await import('../providers/gcs/gcs-storage.js')).GCSStorage,
  ofUrl: (url, { GOOGLE_APPLICATION_CREDENTIALS: credentials }) => ({
    configuration: { bucket_name: url.hostname, ...given({ credentials }) },
    prefix: pathOf(url),
  }),
};

const sftp: StorageProviderDefinition = {
  configuration: SFTPStorageConfig,
  load: async () => (await import('../providers/sftp/sftp-storage.js')).SFTPStorage,
  ofUrl: ({ hostname, port, username, pathname }) => ({
    configuration: {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      username: decodeURIComponent(username),
      root_path: decodeURIComponent(pathname) || '/',
      ...given({ port }),
    },
  }),
};

const http: StorageProviderDefinition = {
  configuration: HTTPStorageConfig,
  load: async () => (await import('../providers/http/http-storage.js')).HTTPStorage,
  // A form says nothing about where a file lies, and cannot be listed.
  ofUrl: (url) => ({ configuration: { base_url: bare(url).href, upload_mode: 'raw' } }),
};

const s3: StorageProviderDefinition = {
  configuration: S3StorageConfig,
  load: async () => (await import('../providers/s3/s3-storage.js')).S3Storage,
  ofUrl: (url, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 }) => ({
    configuration: {
      bucket_name: url.hostname,
      ...given({
        access_key: AWS_ACCESS_KEY_ID,
        secret_key: AWS_SECRET_ACCESS_KEY,
        region_name: AWS_REGION,
        endpoint_url: AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL,
      }),
    },
    prefix: pathOf(url),
  }),
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

/** Schemes of URLs that are no names of providers. */
export const PROVIDERS_BY_SCHEME: Readonly<Record<string, string>> = { file: 'local' };

function pathOf({ pathname }: URL): string {
  return decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
}

/** Without user and parameters. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.search = '';
  return copy;
}

/** The values that there are. */
function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1])));
}
