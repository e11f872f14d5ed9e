import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runInChild } from '../../../../test/run-in-child.js';
import { recordOf } from '../run-store.fixture.js';
import { codeOf, StoreSandbox } from './sqlite.fixture.js';

interface Answer {
  readonly listed?: readonly string[];
  readonly code?: string;
  readonly message?: string;
}

/** Root may write everywhere, so that the child gives that up after it has loaded what it needs. */
const CHILD = `
  import { SqliteRunStore } from './src/runtime/run-store/sqlite/sqlite-run-store.js';
  import './src/runtime/run-store/sqlite/sqlite-query-builder.js';
  export default async ({ path, work }) => {
    new (process.getBuiltinModule('node:sqlite').DatabaseSync)(':memory:').close();
    if (process.getuid() === 0) process.setuid(65534);
    const store = new SqliteRunStore({ path });
    try {
      const listed = await store[work]({ id: 'x', status: 'running' });
      return { listed: listed?.map(({ id }) => id) };
    } catch (error) {
      return { code: error.code, message: error.message };
    } finally {
      store.close();
    }
  }`;

describe('A run store file', () => {
  let sandbox: StoreSandbox;
  beforeEach(() => {
    sandbox = new StoreSandbox();
    chmodSync(sandbox.folder, 0o755);
    mkdirSync(dirname(sandbox.path));
  });
  afterEach(() => {
    chmodSync(dirname(sandbox.path), 0o700);
    sandbox.remove();
  });

  /** What a process comes to that may not write: `list`, `create` or `open`. */
  async function whoMayNot(work: string, folderMode: number, fileMode: number): Promise<Answer> {
    for (const name of readdirSync(dirname(sandbox.path))) chmodSync(`${dirname(sandbox.path)}/${name}`, fileMode);
    chmodSync(dirname(sandbox.path), folderMode);
    return runInChild<Answer>(CHILD, { input: { path: sandbox.path, work } });
  }

  describe('that cannot be written', () => {
    it('is read as it is, where its runs have ended well', async () => {
      const store = sandbox.open();
      await store.create(recordOf(1));
      store.close();

      expect(await whoMayNot('list', 0o555, 0o444)).toEqual({ listed: [recordOf(1).id] });
      expect(readdirSync(dirname(sandbox.path))).toEqual(['runs.sqlite']);
    });

    it('is read with the log that a process has left, or still writes', async () => {
      await sandbox.open().create(recordOf(1));

      expect(readdirSync(dirname(sandbox.path))).toContain('runs.sqlite-wal');
      expect(await whoMayNot('list', 0o555, 0o444)).toEqual({ listed: [recordOf(1).id] });
    });

    it.each(['create', 'open'])('refuses %s, and says why and what to do', async (work) => {
      await sandbox.open().create(recordOf(1));
      const { code, message } = await whoMayNot(work, 0o555, 0o444);

      expect(code).toBe('SYN_STORE_READ_ONLY');
      expect(message).toContain(sandbox.path);
      expect(message).toMatch(/permission denied[\s\S]*--store/i);
    });

    it('since its folder may not be entered is named with the cure', async () => {
      await sandbox.open().create(recordOf(1));
      const { code, message } = await whoMayNot('list', 0o000, 0o600);

      expect(code).toBe('SYN_STORE_READ_ONLY');
      expect(message).toContain(sandbox.path);
    });

    it('is refused where it would have to be brought to a newer version first', async () => {
      const store = sandbox.open();
      await store.create(recordOf(1));
      store.close();
      const db = new DatabaseSync(sandbox.path);
      db.exec('PRAGMA user_version = 1');
      db.close();
      const { code, message } = await whoMayNot('list', 0o555, 0o444);

      expect(code).toBe('SYN_STORE_READ_ONLY');
      expect(message).toContain('it has version 1');
    });

    it('lies below a file', async () => {
      writeFileSync(sandbox.path, '');
      const below = sandbox.open({ path: `${sandbox.path}/below/runs.sqlite` });

      expect(await codeOf(() => below.open())).toBe('SYN_STORE_READ_ONLY');
    });
  });

  describe('that is no file', () => {
    const messageOf = (work: () => unknown): Promise<string> =>
      Promise.resolve()
        .then(work)
        .then(
          () => 'opened',
          (thrown: unknown) => (thrown as Error).message,
        );

    it.each([
      ['a folder', (path: string) => mkdirSync(path)],
      ['a named pipe', (path: string) => execFileSync('mkfifo', [path])],
    ])('but %s is refused at once', async (kind, make) => {
      make(sandbox.path);

      expect(await messageOf(() => sandbox.open().open())).toContain(`it is ${kind}, and a run store is a file`);
      expect(await codeOf(() => sandbox.open().list())).toBe('SYN_STORE_READ_ONLY');
    });

    it('but a socket is refused at once', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(sandbox.path, resolve));

      expect(await messageOf(() => sandbox.open().open())).toContain('it is a socket, and a run store is a file');
      await new Promise((resolve) => server.close(resolve));
    });

    it('but a device is refused at once', async () => {
      expect(await messageOf(() => sandbox.open({ path: '/dev/null' }).open())).toContain('it is a device');
    });
  });
});
