import { runInChild } from '../../../../test/run-in-child.js';

jest.setTimeout(60_000);

describe('A Postgres run store without its driver', () => {
  it('says what to install, and only when it is used', async () => {
    const answer = await runInChild<{ readonly code: string; readonly message: string }>(
      `import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier !== 'pg') return next(specifier, context);
          throw Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' });
        },
      });
      export default async () => {
        const { PostgresRunStore } = await import('./src/runtime/run-store/postgres/postgres-run-store.js');
        const store = new PostgresRunStore({ url: 'postgres://me:secret@127.0.0.1:1/db' });
        try {
          await store.open();
        } catch (error) {
          return { code: error.code, message: error.message };
        }
      }`,
    );

    expect(answer.code).toBe('SYN_STORE_DRIVER_MISSING');
    expect(answer.message).toContain('npm install pg');
    expect(answer.message).not.toContain('secret');
  });

  it('looks for it again with the next call', async () => {
    const answer = await runInChild<readonly string[]>(
      `import { registerHooks } from 'node:module';
      let isInstalled = false;
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier !== 'pg' || isInstalled) return next(specifier, context);
          throw Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' });
        },
      });
      export default async () => {
        const { PostgresRunStore } = await import('./src/runtime/run-store/postgres/postgres-run-store.js');
        const store = new PostgresRunStore({ url: 'postgres://me:secret@127.0.0.1:1/db' });
        const codes = [];
        for (const isThere of [false, false, true]) {
          isInstalled = isThere;
          await store.open().catch((error) => codes.push(error.code));
        }
        return codes;
      }`,
    );

    expect(answer).toEqual(['SYN_STORE_DRIVER_MISSING', 'SYN_STORE_DRIVER_MISSING', 'SYN_STORE_UNAVAILABLE']);
  });
});
