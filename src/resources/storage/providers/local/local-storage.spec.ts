import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStorage } from './local-storage.js';

describe(LocalStorage, () => {
  let root: string;
  let storage: LocalStorage;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synapse-local-'));
    mkdirSync(join(root, 'base'));
    mkdirSync(join(root, 'outside'));
    writeFileSync(join(root, 'outside/secret'), 'secret');
    storage = new LocalStorage({ location: join(root, 'base') });
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of storage.list()) found.push(key);
    return found;
  };

  describe('with links that lead out of its folder', () => {
    beforeEach(() => {
      symlinkSync(join(root, 'outside'), join(root, 'base/out'));
      symlinkSync(join(root, 'outside/secret'), join(root, 'base/link'));
    });

    it.each(['out/secret', 'link'])('B-17: does not read through %s', async (key) => {
      await expect(storage.read(key)).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.stat(key)).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.copy(key, 'copy')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
    });

    it('B-17: does not write or remove through them', async () => {
      await expect(storage.write('out/new', 'x')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.write('out/deep/er/new', 'x')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.delete('out/secret')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.deletePrefix('out')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      expect(readdirSync(join(root, 'outside'))).toEqual(['secret']);
    });

    it('lists none of it', async () => {
      await storage.write('own', 'x');

      expect(await keys()).toEqual(['own']);
      expect(await storage.getPathFileCount()).toBe(1);
    });

    it('replaces the link, and not what it leads to', async () => {
      await storage.write('link', 'new');

      expect(readFileSync(join(root, 'base/link'), 'utf8')).toBe('new');
      expect(readFileSync(join(root, 'outside/secret'), 'utf8')).toBe('secret');
    });
  });

  it('follows links that stay inside, but enters no linked folder when it lists', async () => {
    await storage.write('a/b', 'hello');
    symlinkSync('a/b', join(root, 'base/file'));
    symlinkSync('a', join(root, 'base/folder'));

    expect(await storage.getPath('folder/b').readText()).toBe('hello');
    expect(await keys()).toEqual(['a/b', 'file']);
    expect(await storage.getPathTotalSize()).toBe(10);
  });

  it('B-27: leaves nothing beside a file that cannot be put in its place', async () => {
    await storage.write('a/b', 'x');

    await expect(storage.write('a', 'y')).rejects.toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
    await expect(storage.write('a/b/c', 'y')).rejects.toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
    expect(readdirSync(join(root, 'base'))).toEqual(['a']);
    expect(readdirSync(join(root, 'base/a'))).toEqual(['b']);
  });

  it('does not list what is not whole yet', async () => {
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      asked.resolve();
      await answered.promise;
    }
    const writing = storage.write('a', slow());
    await asked.promise;
    const meanwhile = await keys();
    answered.resolve();
    await writing;

    expect([meanwhile, await keys()]).toEqual([[], ['a']]);
  });

  it('is there before its folder is', async () => {
    const later = new LocalStorage({ location: join(root, 'later') });

    expect(await later.exists('')).toBe(false);
    expect(await later.getPathFileCount()).toBe(0);
    expect(existsSync(join(root, 'later'))).toBe(false);
    await later.write('a', 'x');
    expect(await later.exists('')).toBe(true);
  });

  it('says which key is too long for the disk', async () => {
    await expect(storage.write('x'.repeat(300), 'y')).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
  });

  it('keeps the rights of an uploaded file', async () => {
    const source = join(root, 'script.sh');
    writeFileSync(source, '#!/bin/sh');
    chmodSync(source, 0o750);
    await storage.upload(source, 'bin/script.sh');

    expect(statSync(storage.getLocalPath('bin/script.sh')).mode & 0o777).toBe(0o750);
  });
});
