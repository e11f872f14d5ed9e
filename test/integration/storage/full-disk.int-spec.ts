import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMount, inSmallSpace } from '../files/in-small-space.js';

const SNIPPET = `import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStorage } from 'nest-synapse';
export default async ({ disk, roomy, work }) => {
  const small = new LocalStorage({ location: join(disk, 'base') });
  await small.write('kept', 'kept');
  writeFileSync(join(roomy, 'large'), Buffer.alloc(3_000_000));
  const works = {
    upload: () => small.upload(join(roomy, 'large'), 'kept'),
    write: () => small.write('kept', [Buffer.alloc(3_000_000)]),
    copy: async () => {
      await small.write('half', Buffer.alloc(700_000));
      await small.copy('half', 'kept');
    },
    download: () => new LocalStorage({ location: roomy }).download('large', join(disk, 'base/kept')),
  };
  const failure = await works[work]().catch(({ code, message }) => ({ code, message }));
  const left = readdirSync(join(disk, 'base')).filter((name) => name !== 'half');
  return { failure, left, text: await small.getPath('kept').readText() };
};`;

(canMount ? describe : describe.skip)('storage on a disk that fills up', () => {
  it.each([
    ['upload', 'SYN_STORAGE_UPLOAD'],
    ['write', 'SYN_STORAGE_UPLOAD'],
    ['copy', 'SYN_STORAGE_UPLOAD'],
    ['download', 'SYN_FILE_WRITE'],
  ])(
    'B-27: %s says that the disk is full, and leaves what was there',
    async (work, code) => {
      const roomy = mkdtempSync(join(tmpdir(), 'synapse-roomy-'));
      const { value, error } = await inSmallSpace(1_000_000, SNIPPET, { roomy, work });
      rmSync(roomy, { recursive: true, force: true });

      expect(error).toBeUndefined();
      expect(value).toEqual({
        failure: { code, message: expect.stringContaining('the disk is full') as string },
        left: ['kept'],
        text: 'kept',
      });
    },
    60_000,
  );
});
