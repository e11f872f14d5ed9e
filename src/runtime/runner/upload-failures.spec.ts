import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf } from './runner.fixture.js';
import { IMAGE, LABEL, UploadBench } from './upload.fixture.js';

let bench: UploadBench;
beforeEach(async () => {
  bench = await UploadBench.start();
});
afterEach(() => bench.stop());

describe('Uploads that cannot be done', () => {
  describe('what cannot be uploaded', () => {
    const spoil = (): void => {
      bench.put('in/good.png', 'in/empty.png', 'in/notes.pdf');
      writeFileSync(join(bench.folder, 'in/empty.png'), '');
    };

    it('ends the upload before its first byte, and is named', async () => {
      spoil();

      await expect(bench.upload()).rejects.toMatchObject({
        message: expect.stringContaining('empty.png is empty') as string,
        details: { step_cause_code: 'SYN_UPLOAD_INVALID', count: 2 },
      });
      expect(bench.server.lines).toEqual(['GET /data_collections/9/?expand=file_specifications']);
    });

    it('is left out and reported where it may be', async () => {
      spoil();
      const handle = await bench.start({ on_error: 'skip' });

      expect(await handle.result()).toMatchObject({ data_units: 1, skipped_units: 2 });
      const skipped = (await bench.logs(handle)).filter(({ event }) => event === 'upload_unit_skipped');
      expect(skipped.map(({ data }) => (data as Record<string, unknown>)['unit'])).toEqual(['empty', 'notes']);
    });

    it('ends the upload where nothing is left of it', async () => {
      bench.put('in/notes.pdf');

      await expect(bench.upload({ on_error: 'skip' })).rejects.toMatchObject({
        details: { step_cause_code: 'SYN_UPLOAD_INVALID' },
      });
    });

    it.each([
      ['a required file that is missing', ['in/label/a.json'], "no file 'image'"],
      ['two files of one name', ['in/image/a.png', 'in/image/a.jpg'], 'same name but for its ending'],
      ['a file in none of the folders', ['in/image/a.png', 'in/other/b.png'], 'none of the folders'],
      ['nothing at all', [], 'no files'],
    ])('names %s', async (_case, names, message) => {
      bench.server.add('data_collections', { id: 9, file_specifications: [IMAGE, LABEL] });
      bench.put(...names);

      await expect(bench.upload()).rejects.toThrow(message);
    });

    it('names a folder that is not there, and a file that is too large', async () => {
      await expect(bench.upload({ path: join(bench.folder, 'none') })).rejects.toMatchObject({
        details: { step_cause_code: 'SYN_FILE_NOT_FOUND' },
      });
      bench.put('in/a.png');
      await expect(bench.upload({ max_file_bytes: 5 })).rejects.toThrow('at most 5');
    });

    it('leaves links alone: what they lead to may be anywhere', async () => {
      bench.put('in/a.png', 'secret.png');
      symlinkSync(join(bench.folder, 'secret.png'), join(bench.folder, 'in/link.png'));

      expect(await bench.upload()).toMatchObject({ data_units: 1 });
    });

    it('is decided by the action, too', async () => {
      bench.put('in/a.png');

      await expect(bench.upload({}, 'upload_strictly')).rejects.toThrow('nobody knows the weather');
    });
  });

  describe('an upload that fails', () => {
    beforeEach(() => bench.put(...Array.from({ length: 7 }, (_, at) => `in/${at}.png`)));

    it('takes back its units and files when a later step fails', async () => {
      await expect(bench.upload({}, 'upload_in_vain')).rejects.toThrow("Step 'late' failed");

      expect([bench.server.records('data_units'), bench.server.records('data_files')]).toEqual([[], []]);
    });

    it('takes back what it has put into the storage, and nothing else', async () => {
      bench.put('bucket/data_files/other/a.png', 'bucket/b.png');
      await expect(bench.upload({ target: 'storage' }, 'upload_in_vain')).rejects.toThrow("Step 'late' failed");

      expect(bench.bucket()).toEqual(['a.png', 'b.png']);
    });

    it('rolls back the batches that were registered when one is refused', async () => {
      let posts = 0;
      bench.server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_units/' && ++posts === 3
          ? { status: 400, body: { detail: 'no more' } }
          : undefined;

      await expect(bench.upload({ batch_size: 3 })).rejects.toThrow('no more');
      expect(posts).toBe(3);
      expect([bench.server.records('data_units'), bench.server.records('data_files')]).toEqual([[], []]);
    });

    it('finds the units of a request whose answer was lost, and takes them back as well', async () => {
      let posts = 0;
      bench.server.onRequest = ({ method, path }, perform) => {
        if (method !== 'POST' || path !== '/data_units/') return undefined;
        posts += 1;
        if (posts === 2) return { ...perform(), status: 400 }; // made, and said not to be
        return undefined;
      };

      await expect(bench.upload({ batch_size: 3 })).rejects.toMatchObject({ details: { step: 'register' } });
      expect(bench.server.records('data_units')).toEqual([]);
    });

    it('does not make units twice when an answer is lost', async () => {
      let posts = 0;
      bench.server.onRequest = ({ method, path }, perform) =>
        method === 'POST' && path === '/data_units/' && ++posts === 2 ? { ...perform(), isLost: true } : undefined;

      expect(await bench.upload({ batch_size: 3 })).toMatchObject({ data_units: 7 });
      expect(bench.server.records('data_units')).toHaveLength(7);
    });

    it('makes those that are missing when only some of a batch were made', async () => {
      let posts = 0;
      bench.server.onRequest = ({ method, path, body }) => {
        if (method !== 'POST' || path !== '/data_units/' || ++posts !== 1) return undefined;
        bench.server.add('data_units', (body as object[])[0] as Record<string, unknown>);
        return { status: 502 };
      };

      expect(await bench.upload()).toMatchObject({ data_units: 7 });
      expect(bench.server.records('data_units')).toHaveLength(7);
    });

    it('takes files back that did not arrive as they are', async () => {
      bench.server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_files/'
          ? { status: 201, body: { id: 5, file: 'f', checksum: 'a'.repeat(40), size: 1 } }
          : undefined;

      await expect(bench.upload()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_CHECKSUM_MISMATCH' } });
      expect(bench.server.lines).toContain('DELETE /data_files/5/');
    });

    it('refuses a platform that makes other units than it was asked for', async () => {
      bench.server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_units/' ? { status: 201, body: [] } : undefined;

      await expect(bench.upload()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_UPLOAD_REGISTRATION' } });
      expect(bench.server.records('data_files')).toEqual([]);
    });

    it('ends with the run that is cancelled, leaves nothing, and warns of the file that was under way', async () => {
      const asked = Promise.withResolvers<void>();
      let posts = 0;
      bench.server.onRequest = ({ method, path }) => {
        if (method !== 'POST' || path !== '/data_files/' || ++posts !== 3) return undefined;
        asked.resolve();
        return new Promise(() => undefined);
      };
      const handle = await bench.start({ parallel: 1 });
      await asked.promise;
      await handle.cancel('enough');

      await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
      expect(bench.server.records('data_files')).toEqual([]);
      const warnings = (await eventsOf(handle)).filter(({ data }) => data['level'] === 'warning');
      expect(warnings.map(({ data }) => data['event'])).toEqual(['upload_files_in_doubt']);
    });
  });
});
