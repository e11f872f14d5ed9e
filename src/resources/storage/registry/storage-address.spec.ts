import { IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';
import { StorageRegistry } from './storage-registry.js';

class VaultConfig {
  @IsString()
  room!: string;

  @UiField({ secret: true })
  @IsString()
  combination!: string;
}

const VARIABLES = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'hidden', SFTP_KEY: 'PEM', HEADERS: '{"a":"b"}' };

describe('The URL of a storage', () => {
  const registry = new StorageRegistry();

  it.each([
    ['file:///srv/a%20b', 'local', { location: '/srv/a b', durable_writes: true }, ''],
    ['file:///srv/a?durable_writes=false', 'local', { location: '/srv/a', durable_writes: false }, ''],
    ['s3://bucket', 's3', { bucket_name: 'bucket', access_key: 'id', secret_key: 'hidden' }, ''],
    [
      's3://bucket/a/b/?endpoint_url=http://minio:9000&region_name=eu-1&timeout=5&secret_key=env:SFTP_KEY',
      's3',
      { bucket_name: 'bucket', endpoint_url: 'http://minio:9000', region_name: 'eu-1', timeout: 5, secret_key: 'PEM' },
      'a/b',
    ],
    ['gs://bucket/a?credentials=env:SFTP_KEY', 'gs', { bucket_name: 'bucket', credentials: 'PEM' }, 'a'],
    [
      'sftp://me@host:2222/srv/a?private_key=env:SFTP_KEY&host_key=SHA256:x',
      'sftp',
      { host: 'host', port: 2222, username: 'me', root_path: '/srv/a', private_key: 'PEM', host_key: 'SHA256:x' },
      '',
    ],
    [
      'https://host/dav?headers=env:HEADERS',
      'https',
      { base_url: 'https://host/dav/', upload_mode: 'raw', headers: { a: 'b' } },
      '',
    ],
  ])('%s leads to %s with its configuration', async (url, provider, configuration, prefix) => {
    const { config, prefix: found } = registry.getAddress(url, VARIABLES);

    expect([config.provider, found]).toEqual([provider, prefix]);
    expect(await registry.getTypedConfig(config)).toMatchObject(configuration);
  });

  it.each([
    ['sftp://me:hidden@host/a', /password=env:NAME/],
    ['s3://bucket?secret_key=hidden', /secret_key: is secret.*secret_key=env:NAME/],
    ['s3://bucket?secret_key=env:NOT_SET', /the variable NOT_SET is not set/],
    ['s3://bucket?secret_kye=hidden', /secret_kye: is no part of its configuration, which has bucket_name/],
    ['file://host/hidden', /cannot be read/],
    ['s3:hidden', /must be one like s3:/],
    ['/srv/hidden', /must be one like s3:/],
    ['s3://bucket/hidden#1', /must be one like s3:/],
  ])('%s is refused with what is wrong, and without what is secret', (url, message) => {
    expect(() => registry.getAddress(url, VARIABLES)).toThrow(message);
    expect(() => registry.getAddress(url, VARIABLES)).not.toThrow(/hidden/);
  });

  it('is refused with the known names where no provider has its scheme', () => {
    expect(() => registry.getAddress('tape://1/2')).toThrow(
      expect.objectContaining({ code: 'SYN_STORAGE_PROVIDER_NOT_FOUND' }) as Error,
    );
  });

  it('is read by a provider that was registered, and its secrets are told by its configuration', () => {
    const load = (): Promise<never> => Promise.reject(new Error('not opened here'));
    const own = new StorageRegistry()
      .register('vault', {
        configuration: VaultConfig,
        load,
        ofUrl: ({ hostname: room }) => ({ configuration: { room } }),
      })
      .register('attic', { configuration: VaultConfig, load });

    expect(own.getAddress('vault://7?combination=env:C', { C: '1-2-3' })).toEqual({
      config: { provider: 'vault', configuration: { room: '7', combination: '1-2-3' } },
      prefix: '',
    });
    expect(() => own.getAddress('vault://7?combination=1-2-3')).toThrow(/combination=env:NAME/);
    expect(() => own.getAddress('attic://7')).toThrow(/define ofUrl/);
  });
});
