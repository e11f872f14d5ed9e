import { join } from 'node:path';
import type { StorageProvider } from '../../../resources/storage/storage-provider.interface.js';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, type SceneOf, textOf } from './storage-subject.js';

const ESCAPES = [
  '../x',
  'a/../../x',
  'a/..',
  '/../x',
  '..\\x',
  'http://other.example/x',
  '//http://other.example/x',
  'file:///etc/passwd',
  'a\0b',
];

/** Every call that takes a key. */
const CALLS: Readonly<Record<string, (storage: StorageProvider, key: string, folder: string) => Promise<unknown>>> = {
  write: (storage, key) => storage.write(key, 'x'),
  upload: (storage, key) => storage.upload(__filename, key),
  read: (storage, key) => storage.read(key),
  download: (storage, key, folder) => storage.download(key, join(folder, 'x')),
  exists: (storage, key) => storage.exists(key),
  stat: (storage, key) => storage.stat(key),
  checksum: (storage, key) => storage.checksum(key),
  delete: (storage, key) => storage.delete(key),
  deletePrefix: (storage, key) => storage.deletePrefix(key),
  'copy from': (storage, key) => storage.copy(key, 'x'),
  'copy to': (storage, key) => storage.copy('x', key),
  'move from': (storage, key) => storage.move(key, 'x'),
  'move to': (storage, key) => storage.move('x', key),
  list: (storage, key) => storage.list(key).next(),
  getPathFileCount: (storage, key) => storage.getPathFileCount(key),
  getPathTotalSize: (storage, key) => storage.getPathTotalSize(key),
  getUrl: async (storage, key) => storage.getUrl(key),
  getPath: async (storage, key) => storage.getPath(key),
  join: async (storage, key) => storage.getPath('a').join(key),
};

/** Which keys there are, and that none leads out. */
export function describeKeys(frame: TestFrame, scene: SceneOf): void {
  const { describe, it, expect } = frame;

  describe('never leads out of its root and', () => {
    forEachRow(frame, Object.keys(CALLS))('refuses such keys in %s', async (name) => {
      const { storage, folder } = scene();
      const failures: unknown[] = [];
      for (const key of ESCAPES) {
        const failure = await failureOf((async () => CALLS[name]?.(storage, key, folder))());
        failures.push((failure as { code?: string }).code ?? failure);
      }

      expect(failures).toEqual(ESCAPES.map(() => 'SYN_STORAGE_KEY'));
    });

    it('refuses the root where an object is wanted', async () => {
      const { storage } = scene();

      expect(await failureOf(storage.write('/', 'x'))).toMatchObject({ code: 'SYN_STORAGE_KEY' });
      expect(await failureOf(storage.deletePrefix(''))).toMatchObject({ code: 'SYN_STORAGE_KEY' });
      expect(await failureOf(storage.delete('.'))).toMatchObject({ code: 'SYN_STORAGE_KEY' });
    });
  });

  describe('takes keys with', () => {
    forEachRow(frame, [
      'sp ace/a b.txt',
      '한글/사진.jpg',
      'emoji-😀.txt',
      'sp ace#?.txt',
      'per%20cent%2e%2e.txt',
      'plus+and&equals=;,.txt',
      'quote\'s "and" `ticks`.txt',
      '..dots../...txt',
      '.hidden/.file',
      'back\\slash.txt',
      'colon:in.txt',
      '[brackets]{braces}(parens)*.txt',
      'é-composed-and-é-not.txt',
      `${'long-'.repeat(40)}name.txt`,
    ])('what %s has', async (key) => {
      const { storage, folder } = scene();
      await storage.write(key, 'found');
      await storage.download(key, join(folder, 'down'));

      expect(await textOf(storage, key)).toBe('found');
      expect(await storage.exists(key)).toBe(true);
      expect((await storage.stat(key)).key).toBe(key);
      expect(storage.getUrl(key).length).toBeGreaterThan(key.length - 1);
    });

    it('slashes that say nothing, all of which name the same object', async () => {
      const { storage } = scene();
      await storage.write('/a//b/./c.txt', 'found');

      for (const key of ['a/b/c.txt', '//a/b/c.txt', 'a/b//c.txt', './a/b/c.txt/']) {
        expect(await textOf(storage, key)).toBe('found');
        expect(storage.getUrl(key)).toBe(storage.getUrl('a/b/c.txt'));
      }
    });
  });

  describe('has paths that', () => {
    it('say their name, stem, suffix, parts and parent', async () => {
      const path = scene().storage.getPath('sets/train/a.b.tar.gz');
      const { key, name, stem, suffix, parts, parent } = path;

      expect({ key, name, stem, suffix, parts, parent: parent.key }).toEqual({
        key: 'sets/train/a.b.tar.gz',
        name: 'a.b.tar.gz',
        stem: 'a.b.tar',
        suffix: '.gz',
        parts: ['sets', 'train', 'a.b.tar.gz'],
        parent: 'sets/train',
      });
      expect(String(path)).toBe(scene().storage.getUrl(key));
    });

    it('say so of the root and of hidden files too', async () => {
      const root = scene().storage.getPath();
      const hidden = root.join('.hidden');

      expect([root.key, root.name, root.suffix, root.parent.key]).toEqual(['', '', '', '']);
      expect([hidden.name, hidden.stem, hidden.suffix, hidden.parent.key]).toEqual(['.hidden', '.hidden', '', '']);
    });

    it('join, write, read and ask', async () => {
      const folder = scene().storage.getPath('a');
      const file = folder.join('b', 'c/d.txt');
      await file.write('hello');

      expect(file.key).toBe('a/b/c/d.txt');
      expect(await file.readText()).toBe('hello');
      expect(await file.readBytes({ start: 1, end: 3 })).toEqual(Buffer.from('el'));
      expect([await file.isFile(), await file.isDir(), await file.exists()]).toEqual([true, false, true]);
      expect(await file.stat()).toMatchObject({ sizeBytes: 5 });
    });
  });
}
