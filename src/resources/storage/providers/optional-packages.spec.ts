import { childOutcome } from '../../../../test/run-in-child.js';

describe('a storage whose package is not installed', () => {
  it.each([
    ['gcs', '@google-cloud/storage', `{ bucket_name: 'b', credentials: 'anon' }`],
    ['sftp', 'ssh2-sftp-client', `{ host: '127.0.0.1', username: 'u', password: 'p' }`],
  ])(
    'B-32: %s says to install %s when it is used, and not before',
    async (provider, packageName, configuration) => {
      const { error } = await childOutcome(
        `import { registerHooks } from 'node:module';
        import { getStorage } from 'nest-synapse';
        registerHooks({
          resolve: (specifier, context, next) => {
            if (specifier === '${packageName}') throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
            return next(specifier, context);
          },
        });
        export default async () => {
          const storage = await getStorage({ provider: '${provider}', configuration: ${configuration} });
          storage.getUrl('k');
          return storage.exists('k');
        };`,
      );

      expect(error).toMatchObject({
        code: 'SYN_STORAGE_PACKAGE_MISSING',
        message: expect.stringContaining(`npm install ${packageName}`) as string,
      });
    },
    60_000,
  );
});
