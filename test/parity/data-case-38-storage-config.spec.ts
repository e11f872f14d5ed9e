import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getRegisteredProviders, type StorageConfigInput, StorageRegistry } from '../../src/index.js';

interface Row {
  readonly config: StorageConfigInput;
  readonly result?: { readonly type: string };
  readonly error?: { readonly fields: readonly { readonly loc: readonly string[]; readonly code: string }[] };
}
interface Expected {
  readonly provider_names: readonly string[];
  readonly unknown_provider_lookup: { readonly error: { readonly message: string; readonly details: object } };
  readonly rows: readonly Row[];
}
const { expected } = JSON.parse(
  readFileSync(join(__dirname, 'data-cases/cases/38-storage-config.json'), 'utf8'),
) as { expected: Expected };

/** Where a rule is about several fields, ours stands at one of them; the original's at none. */
const PLACE_OF_WHOLE: Readonly<Record<string, string>> = { sftp: 'username' };
describe('data case 38: configuration of storage', () => {
  const registry = new StorageRegistry();

  it('knows the names of the original, in its order', () => {
    expect(getRegisteredProviders().slice(0, expected.provider_names.length)).toEqual(expected.provider_names);
  });

  it('says which names there are when one is unknown', async () => {
    const { message, details } = expected.unknown_provider_lookup.error;

    await expect(registry.getProviderClass('zzz')).rejects.toMatchObject({
      name: 'StorageProviderNotFoundError',
      message: expect.stringContaining(message) as string,
      details,
    });
  });

  const accepted = expected.rows.flatMap(({ config, result }) => (result ? [{ config, result }] : []));
  it.each(accepted)('accepts $config', async ({ config, result: { type, ...fields } }) => {
    const typed = await registry.getTypedConfig(config);

    expect(typed.constructor.name).toBe(type);
    expect(typed).toMatchObject(fields); // SFTP and HTTP take more here, each with a default
  });

  const refused = expected.rows.flatMap(({ config, error }) => (error ? [{ config, error }] : []));
  it.each(refused)('refuses $config', async ({ config, error }) => {
    const failure = await registry.getTypedConfig(config).catch((thrown: unknown) => thrown);
    const isUnknown = error.fields.some(({ code }) => code === 'literal_error');

    // The original refuses such a name like any other value; here it is the error that lists the names.
    if (isUnknown) return expect(failure).toMatchObject({ code: 'SYN_STORAGE_PROVIDER_NOT_FOUND' });
    const places = error.fields.map(({ loc }) => loc.join('.') || PLACE_OF_WHOLE[config.provider]);
    const { issues } = failure as { issues: readonly { path: string }[] };
    expect(failure).toMatchObject({ code: 'SYN_STORAGE_CONFIG' });
    expect([...new Set(issues.map(({ path }) => path))]).toEqual(places);
  });
});
