import { UsageError } from '../../foundation/errors/run.errors.js';
import { isSecretKey } from '../../foundation/environment/secret-values.js';
import type { StorageConfigInput } from '../../resources/storage/registry/storage-config.js';
import type { StorageProvider } from '../../resources/storage/storage-provider.interface.js';

/** A storage for large values, where a URL does not say enough. */
export interface BlobStorageOptions {
  /** Its configuration, or one that is open already: that is then not closed with the store. */
  readonly storage: StorageConfigInput | StorageProvider;
  /** Folder in it. @defaultValue its root */
  readonly prefix?: string;
}

/** Parameters that may be shown as they are. */
const PLAIN_KEYS = [
  'endpoint_url',
  'host_key',
  'max_connections',
  'port',
  'project',
  'region_name',
  'timeout',
  'upload_mode',
];

/**
 * The URL of a storage as it may be shown.
 *
 * @throws {@link UsageError} for one that says a secret itself. It is not repeated.
 */
export function shownBlobUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !url.includes('://')) {
    throw new UsageError('The storage for large values needs a URL like s3://bucket/folder or file:///srv/values.');
  }
  const isSaid = [...parsed.searchParams].some(([key, value]) => isSecretKey(key) && !value.startsWith('env:'));
  if (parsed.password !== '' || isSaid) {
    throw new UsageError(
      'The URL of the storage for large values holds a secret. Put that into a variable of the environment, and its name into the URL: ?password=env:NAME.',
    );
  }
  const shown = [...parsed.searchParams].map(
    ([key, value]) => `${key}=${value.startsWith('env:') || PLAIN_KEYS.includes(key) ? value : '***'}`,
  );
  return `${url.replace(/[?#].*$/s, '')}${shown.length > 0 ? `?${shown.join('&')}` : ''}`;
}
