import { IsString } from 'class-validator';
import { LocalStorage } from '../providers/local/local-storage.js';
import { getProviderClass, getRegisteredProviders, getStorage } from './shortcuts.js';
import { registerProvider, StorageRegistry } from './storage-registry.js';

class ShelfConfig {
  @IsString()
  shelf!: string;
}

class ShelfStorage extends LocalStorage {
  constructor({ shelf }: ShelfConfig) {
    super({ location: `/shelves/${shelf}` });
  }
}

const shelf = { configuration: ShelfConfig, load: () => Promise.resolve(ShelfStorage) };

describe(StorageRegistry, () => {
  it('B-25: makes a storage of a kind that was registered in it', async () => {
    const registry = new StorageRegistry().register(['shelf', 'rack'], shelf);
    const storage = await registry.getStorage({ provider: 'rack', configuration: { shelf: 'top' } });

    expect(storage.getUrl('a')).toBe('file:///shelves/top/a');
    expect(registry.names().slice(-2)).toEqual(['shelf', 'rack']);
    expect(new StorageRegistry().names()).not.toContain('rack');
  });

  it('B-25: makes a storage of a kind that was registered for the whole process', async () => {
    registerProvider('cupboard', shelf);
    const storage = await getStorage({ provider: 'cupboard', configuration: { shelf: 'low' } });

    expect(storage).toBeInstanceOf(ShelfStorage);
    expect(getRegisteredProviders()).toContain('cupboard');
    await expect(getProviderClass('cupboard')).resolves.toBe(ShelfStorage);
  });

  it('takes another kind in place of a built-in one', async () => {
    const registry = new StorageRegistry().register('local', shelf);

    await expect(registry.getProviderClass('local')).resolves.toBe(ShelfStorage);
    await expect(registry.getProviderClass('file_system')).resolves.toBe(LocalStorage);
  });

  it.each(['constructor', '__proto__', 'toString'])('knows no provider called %s', async (name) => {
    await expect(new StorageRegistry().getProviderClass(name)).rejects.toMatchObject({
      code: 'SYN_STORAGE_PROVIDER_NOT_FOUND',
    });
  });

  it.each<[string, string, object]>([
    ['s3', 'bucket_name', { access_key: 'hunter2', secret_key: 'hunter2', bucket_name: 7 }],
    ['s3', 'secret_key', { bucket_name: 'b', access_key: 'hunter2', secret_key: ['hunter2'] }],
    ['s3', 'endpoint_url', { bucket_name: 'b', access_key: 'a', secret_key: 's', endpoint_url: 'http://u:hunter2@' }],
    ['shelf', 'shelf', { shelf: 7, token: 'hunter2' }],
  ])('B-28: says of %s that %s is wrong, and shows no value', async (provider, path, configuration) => {
    const registry = new StorageRegistry().register('shelf', shelf);
    const failure = await registry.getStorage({ provider, configuration }).catch((thrown: unknown) => thrown);

    expect(failure).toMatchObject({ code: 'SYN_STORAGE_CONFIG', issues: [expect.objectContaining({ path })] });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });
});
