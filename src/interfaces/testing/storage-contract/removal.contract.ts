import type { TestFrame } from '../../../runtime/run-store/test-frame.js';
import { failureOf, keysIn, ProgressLog, type SceneOf, type StorageSubject, textOf } from './storage-subject.js';

/** How files go away, and from one place to another. */
export function describeRemoval(frame: TestFrame, scene: SceneOf, subject: StorageSubject): void {
  const { describe, it, expect } = frame;
  const { lacks = [] } = subject;

  describe('copies a file and', () => {
    it('leaves the first as it is', async () => {
      const { storage } = scene();
      await storage.write('a b.txt', 'hello', { contentType: 'text/x-own' });
      const progress = new ProgressLog();
      const url = await storage.copy('a b.txt', 'sub/한 b.txt', progress);

      expect(url).toBe(storage.getUrl('sub/한 b.txt'));
      expect([await textOf(storage, 'a b.txt'), await textOf(storage, 'sub/한 b.txt')]).toEqual(['hello', 'hello']);
      expect(progress.last).toEqual({ transferredBytes: 5, totalBytes: 5 });
    });

    it('replaces what is at its place', async () => {
      const { storage } = scene();
      await storage.write('a', 'new');
      await storage.write('b', 'an old one');
      await storage.copy('a', 'b');

      expect(await textOf(storage, 'b')).toBe('new');
    });

    it('has nothing to do where it is its own copy', async () => {
      const { storage } = scene();
      await storage.write('a', 'same');
      await storage.copy('a', '/a');

      expect(await textOf(storage, 'a')).toBe('same');
    });

    it('says that there is none', async () => {
      const { storage } = scene();

      expect(await failureOf(storage.copy('nope', 'b'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
      expect(await storage.exists('b')).toBe(false);
    });
  });

  if (lacks.includes('removal')) return describeNoRemoval(frame, scene);

  describe('moves a file and', () => {
    it('leaves nothing behind', async () => {
      const { storage } = scene();
      await storage.write('a', 'hello');
      const url = await storage.move('a', 'new/place');

      expect(url).toBe(storage.getUrl('new/place'));
      expect([await storage.exists('a'), await textOf(storage, 'new/place')]).toEqual([false, 'hello']);
    });

    it('keeps it where it stays in its place', async () => {
      const { storage } = scene();
      await storage.write('a', 'same');
      await storage.move('a', 'a');

      expect(await textOf(storage, 'a')).toBe('same');
    });

    it('says that there is none', async () => {
      expect(await failureOf(scene().storage.move('nope', 'b'))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    });
  });

  describe('removes', () => {
    it('a file, and says whether there was one', async () => {
      const { storage } = scene();
      await storage.write('a/b', 'x');

      expect([await storage.delete('a/b'), await storage.delete('a/b')]).toEqual([true, false]);
      expect(await storage.exists('a/b')).toBe(false);
    });

    it('no folder when a file is meant', async () => {
      const { storage } = scene();
      await storage.write('a/b', 'x');

      expect(await storage.delete('a')).toBe(false);
      expect(await textOf(storage, 'a/b')).toBe('x');
    });
  });

  if (lacks.includes('listing')) return;

  describe('removes all below a folder and', () => {
    it('says how many there were, and spares the neighbours', async () => {
      const { storage } = scene();
      for (const key of ['a/1', 'a/b/2', 'a/b/한 글', 'ab', 'c']) await storage.write(key, key);

      expect(await storage.deletePrefix('a')).toBe(3);
      expect(await keysIn(storage)).toEqual(['ab', 'c']);
      expect(await storage.exists('a')).toBe(false);
    });

    it('does nothing where there is none, or a file', async () => {
      const { storage } = scene();
      await storage.write('a', 'x');

      expect([await storage.deletePrefix('nope'), await storage.deletePrefix('a')]).toEqual([0, 0]);
      expect(await textOf(storage, 'a')).toBe('x');
    });

    it('lists and removes more than one page', async () => {
      const { storage } = scene();
      const names = Array.from({ length: subject.manyFiles ?? 1_100 }, (_, index) => String(index).padStart(5, '0'));
      const rest = [...names];
      const write = async (): Promise<void> => {
        for (let name = rest.pop(); name !== undefined; name = rest.pop()) await storage.write(`many/${name}`, name);
      };
      await Promise.all(Array.from({ length: 8 }, write));

      const expected = names.map((name) => `many/${name}`);
      expect(await keysIn(storage, 'many')).toEqual(expected);
      expect(await keysIn(storage, 'many', false)).toEqual(expected);
      expect(await storage.deletePrefix('many')).toBe(names.length);
      expect(await keysIn(storage)).toEqual([]);
    }, 120_000);
  });
}

function describeNoRemoval({ describe, it, expect }: TestFrame, scene: SceneOf): void {
  describe('cannot remove and', () => {
    it('says so, and keeps what is there', async () => {
      const { storage } = scene();
      await storage.write('a', 'kept');
      const failures = await Promise.all([storage.delete('a'), storage.move('a', 'b')].map((work) => failureOf(work)));

      expect(failures.map((failure) => (failure as { code?: string }).code)).toEqual([
        'SYN_STORAGE_UNSUPPORTED',
        'SYN_STORAGE_UNSUPPORTED',
      ]);
      expect(await textOf(storage, 'a')).toBe('kept');
    });
  });
}
