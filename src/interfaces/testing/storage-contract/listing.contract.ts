import type { StorageProvider } from '../../../resources/storage/storage-provider.interface.js';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, keysIn, type SceneOf, type StorageSubject } from './storage-subject.js';

const ALL_KEYS = [
  'a',
  'b/1.txt',
  'b/2.jpg',
  'b/c/3.txt',
  'b/c/d/4.txt',
  'b.txt',
  'bb/5.txt',
  '.hid/h',
  '한/글.txt',
  '😀',
];
/** Code points decide, and a folder stands as its name with a slash. */
const ALL_SORTED = [
  '.hid/h',
  'a',
  'b.txt',
  'b/1.txt',
  'b/2.jpg',
  'b/c/3.txt',
  'b/c/d/4.txt',
  'bb/5.txt',
  '한/글.txt',
  '😀',
];

/** What a storage says of what lies in it. */
export function describeListing(frame: TestFrame, scene: SceneOf, { lacks = [] }: StorageSubject): void {
  const { describe, it, expect } = frame;
  if (lacks.includes('listing')) return describeNoListing(frame, scene);
  const isSeen = (key: string): boolean => !(lacks.includes('listing of hidden files') && key.startsWith('.hid'));
  const [KEYS, SORTED] = [ALL_KEYS.filter(isSeen), ALL_SORTED.filter(isSeen)];

  async function filled(): Promise<StorageProvider> {
    const { storage } = scene();
    for (const key of KEYS) await storage.write(key, key);
    return storage;
  }

  describe('lists', () => {
    it('nothing where nothing is', async () => {
      const { storage } = scene();

      expect(await keysIn(storage)).toEqual([]);
      expect(await keysIn(storage, 'nope')).toEqual([]);
      expect(await keysIn(storage, 'nope', false)).toEqual([]);
    });

    it('every file, in the order of keys', async () => {
      expect(await keysIn(await filled())).toEqual(SORTED);
    });

    it('what lies directly in the root, folders too', async () => {
      const found = await keysIn(await filled(), '', false);

      expect(found).toEqual(['.hid/', 'a', 'b.txt', 'b/', 'bb/', '한/', '😀'].filter(isSeen));
    });

    forEachRow<[string, boolean, string[]]>(frame, [
      ['a folder', true, ['b/1.txt', 'b/2.jpg', 'b/c/3.txt', 'b/c/d/4.txt']],
      ['a folder without those below', false, ['b/1.txt', 'b/2.jpg', 'b/c/']],
    ])('%s, and nothing of its neighbours', async ([, recursive, expected]) => {
      expect(await keysIn(await filled(), 'b', recursive)).toEqual(expected);
      expect(await keysIn(scene().storage, '/b/', recursive)).toEqual(expected);
    });

    it('a file as itself', async () => {
      expect(await keysIn(await filled(), 'b/1.txt')).toEqual(['b/1.txt']);
    });

    it('sizes, and when files were written', async () => {
      const { storage } = scene();
      await storage.write('a/x', 'hello');
      const { value } = await storage.list('a').next();

      expect(value).toMatchObject({ key: 'a/x', kind: 'file', sizeBytes: 5 });
    });

    it('what is needed only: it can be left before its end', async () => {
      const storage = await filled();
      const found: string[] = [];
      for await (const { key } of storage.list()) {
        found.push(key);
        if (found.length === 2) break;
      }

      expect(found).toEqual(SORTED.slice(0, 2));
    });

    it('folders of folders as paths', async () => {
      const found: string[] = [];
      for await (const path of (await filled()).getPath('b').iterdir()) found.push(path.name);

      expect(found).toEqual(['1.txt', '2.jpg', 'c']);
    });
  });

  describe('finds by pattern', () => {
    forEachRow<[string, string[]]>(frame, [
      ['*', ['a', 'b.txt', '😀']],
      ['b/*', ['b/1.txt', 'b/2.jpg']],
      ['b/**', ['b/1.txt', 'b/2.jpg', 'b/c/3.txt', 'b/c/d/4.txt']],
      ['**/*.txt', ['b.txt', 'b/1.txt', 'b/c/3.txt', 'b/c/d/4.txt', 'bb/5.txt', '한/글.txt']],
      ['b/?.{txt,jpg}', ['b/1.txt', 'b/2.jpg']],
      ['b/[2-9].jpg', ['b/2.jpg']],
      ['**/h', ['.hid/h']],
      ['b/1.txt', ['b/1.txt']],
      ['nope/*', []],
    ])('%s', async ([pattern, expected]) => {
      const found: string[] = [];
      for await (const { key } of (await filled()).glob(pattern)) found.push(key);

      expect(found).toEqual(expected.filter(isSeen));
    });
  });

  describe('counts', () => {
    it('the files of a folder, of a file and of nothing', async () => {
      const storage = await filled();
      const counts = ['', 'b', 'b/1.txt', 'nope'].map((key) => storage.getPathFileCount(key));

      expect(await Promise.all(counts)).toEqual([KEYS.length, 4, 1, 0]);
    });

    it('their bytes', async () => {
      const storage = await filled();
      const sizes = ['bb', 'b/1.txt', 'nope'].map((key) => storage.getPathTotalSize(key));

      expect(await Promise.all(sizes)).toEqual([8, 7, 0]);
    });
  });

  describe('knows folders and', () => {
    it('says that they are there as long as something is in them', async () => {
      const storage = await filled();

      expect(await storage.exists('b/c')).toBe(true);
      expect(await storage.exists('b/')).toBe(true);
      expect(await storage.stat('b/c')).toMatchObject({ key: 'b/c', kind: 'folder', sizeBytes: 0 });
      expect(await storage.getPath('b').isDir()).toBe(true);
    });

    it('says that the root is there', async () => {
      const storage = await filled();

      expect([await storage.exists(''), await storage.exists('/')]).toEqual([true, true]);
      expect(await storage.stat('')).toMatchObject({ key: '', kind: 'folder' });
    });

    it('does not take one for a file', async () => {
      const storage = await filled();

      expect(await failureOf(storage.read('b'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
      expect(await failureOf(storage.copy('b', 'z'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    });
  });
}

function describeNoListing({ describe, it, expect }: TestFrame, scene: SceneOf): void {
  describe('cannot list and', () => {
    it('says so', async () => {
      const { storage } = scene();
      const asked = [storage.list('a').next(), storage.glob('*').next()];
      const counted = [storage.getPathFileCount('a'), storage.getPathTotalSize('a'), storage.deletePrefix('a')];
      const failures = await Promise.all([...asked, ...counted].map((work) => failureOf(work)));

      expect(failures.map((failure) => (failure as { code?: string }).code)).toEqual(
        failures.map(() => 'SYN_STORAGE_UNSUPPORTED'),
      );
    });
  });
}
