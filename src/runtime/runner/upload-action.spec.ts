import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { UploadAction, type UploadRunResult } from '../../authoring/families/upload/upload-action.js';
import { UploadParams } from '../../authoring/families/upload/upload-params.js';
import type { PlannedUnit } from '../../authoring/families/upload/workflow/upload-plan.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { writeNdjson } from '../../resources/files/records/row-files.js';
import { LocalStorage } from '../../resources/storage/providers/local/local-storage.js';
import { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import { SynapseSettings } from '../../synapse.settings.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

class LateStep extends BaseStep {
  override readonly name = 'late';
  execute(): StepResult {
    return StepResult.fail('too late');
  }
}

@Action({ name: 'upload_in_vain', params: UploadParams })
class UploadInVainAction extends UploadAction {
  override setupSteps(registry: StepRegistry): void {
    super.setupSteps(registry);
    registry.register(new LateStep());
  }
}

@Action({ name: 'upload_strictly', params: UploadParams })
class StrictUploadAction extends UploadAction {
  protected override checkUnit({ meta }: PlannedUnit): readonly string[] {
    return 'weather' in meta ? [] : ['nobody knows the weather'];
  }
}

let server: BackendServer;
let host: HostedRunner;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upload-'));
  for (const name of ['in', 'bucket']) mkdirSync(join(folder, name));
  server = await new BackendServer().start();
  server.add('data_collections', { id: 9, name: 'Coll', file_specifications: [IMAGE] });
  const storage = new LocalStorage({ location: join(folder, 'bucket') });
  host = await hostedRunner({
    providers: [
      { provide: BackendClient, useValue: server.client({ maxAttempts: 1 }) },
      { provide: StorageProvider, useValue: storage },
      ...[UploadAction, UploadInVainAction, StrictUploadAction],
    ],
    options: { workRoot: join(folder, 'work') },
  });
});
afterEach(async () => {
  await host.app.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const IMAGE = { name: 'image', file_type: 'image', is_required: true, is_primary: true };
const LABEL = { name: 'label', file_type: 'data', is_required: false };

const put = (...names: string[]): void => {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `bytes of ${name}`);
  }
};
const start = (params: object = {}, action = 'upload') =>
  host.runner.run<UploadRunResult>({ action, params: { data_collection: 9, path: join(folder, 'in'), ...params } });
const upload = async (params: object = {}, action = 'upload'): Promise<UploadRunResult> =>
  (await start(params, action)).result();
const logs = async (handle: Awaited<ReturnType<typeof start>>) =>
  (await eventsOf(handle))
    .filter(({ type }) => type === 'log')
    .map(({ data }) => ({ event: data.event, data: data.data }));
const bucket = (): string[] =>
  readdirSync(join(folder, 'bucket'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
const metas = (): unknown[] =>
  server.records('data_units').map(({ meta }) => {
    const { upload_key, ...rest } = meta as Record<string, unknown>;
    expect(upload_key).toMatch(/^[0-9a-f-]{36}:\d+$/);
    return rest;
  });

describe(UploadAction, () => {
  it('makes a unit of each file, in the order of their names, with the checksum and place of the platform', async () => {
    put('in/b.png', 'in/sub/a.png', 'in/.hidden.png', 'in/Thumbs.db');
    const handle = await start();

    expect(await handle.result()).toMatchObject({ success: true, steps_executed: 6, uploaded_files: 2, data_units: 2 });
    const files = new Map(server.records('data_files').map((file) => [file['checksum'], file]));
    expect(files.size).toBe(2);
    for (const { data_collection, files: own } of server.records('data_units')) {
      const { image } = own as { image: { checksum: string; path: string } };
      expect({ data_collection, path: image.path }).toEqual({
        data_collection: 9,
        path: files.get(image.checksum)?.['file'],
      });
    }
    expect(metas()).toEqual([{ origin_file_name: 'b.png' }, { origin_file_name: 'a.png' }]);
    expect((await logs(handle)).map(({ event }) => event)).toEqual([
      'upload_start',
      'upload_organized',
      'upload_units_registered',
      'upload_complete',
    ]);
  });

  it('puts files of the same name together by the folders of their specifications', async () => {
    server.add('data_collections', { id: 9, file_specifications: [IMAGE, LABEL] });
    put('in/image/a.png', 'in/image/x/a.png', 'in/label/a.json');
    await upload();
    const slots = server.records('data_units').map(({ files }) => Object.keys(files as object));

    expect(slots).toEqual([['image', 'label'], ['image']]);
  });

  it('makes units in batches, each with one request', async () => {
    put(...Array.from({ length: 7 }, (_, at) => `in/${at}.png`));
    await upload({ batch_size: 3 });
    const batches = server.requests.filter(({ method, path }) => method === 'POST' && path === '/data_units/');

    expect(batches.map(({ body }) => (body as unknown[]).length)).toEqual([3, 3, 1]);
    expect(new Set(batches.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  it('puts files into the storage, below a folder of the run, and tells the platform their URLs', async () => {
    put('in/a.png', 'in/b.png');
    const handle = await start({ target: 'storage' });
    await handle.result();

    expect(bucket()).toEqual(['a.png', 'b.png']);
    expect(existsSync(join(folder, 'bucket/data_files', handle.id, 'a.png'))).toBe(true);
    expect(server.records('data_files')).toEqual([]);
    const [{ files } = { files: {} }] = server.records('data_units');
    expect((files as { image: { path: string } }).image.path).toMatch(/a\.png$/);
  });

  it('takes files from the storage', async () => {
    put('bucket/raw/a.png', 'bucket/raw/notes.csv');
    writeFileSync(join(folder, 'bucket/raw/notes.csv'), 'file,weather\na.png,rain\n');
    await upload({ source: 'storage', path: 'raw', metadata: 'notes.csv' });

    expect(metas()).toEqual([{ origin_file_name: 'a.png', weather: 'rain' }]);
    expect(String(server.uploads.bytesOf(1))).toBe('bytes of bucket/raw/a.png');
  });

  it.each(['upload', 'upload_in_vain'])(
    'B-28: leaves no copies of files behind, whichever way it ends: %s',
    async (action) => {
      put('bucket/raw/a.png', 'bucket/raw/b.png');
      await upload({ source: 'storage', path: 'raw' }, action).catch(() => undefined);
      const { workRoot } = host.app.get(SynapseSettings);
      const left = readdirSync(String(workRoot), { recursive: true }).map(String);

      expect(left.length).toBeGreaterThan(0);
      expect(left.filter((name) => name.endsWith('.png'))).toEqual([]);
    },
  );

  describe('metadata', () => {
    const rows = [
      { file: 'a.png', weather: 'rain', degrees: 7, wet: true },
      { file: 'b', weather: 'sun', degrees: 21.5, wet: false },
    ];
    const expected = rows.map(({ file, ...rest }) => ({ origin_file_name: `${file[0]}.png`, ...rest }));
    beforeEach(() => put('in/a.png', 'in/b.png'));

    it('comes from a sheet, with its numbers and booleans', async () => {
      const { default: writeExcel } = await import('write-excel-file/node');
      const [head = {}] = rows;
      const cells = [
        Object.keys(head).map((value) => ({ value })),
        ...rows.map((row) => Object.values(row).map((value) => ({ value }))),
      ];
      await writeExcel(cells as never).toFile(join(folder, 'in/meta.xlsx'));
      await upload({ metadata: 'meta.xlsx' });

      expect(metas()).toEqual(expected);
    });

    it('comes from lines of JSON outside of the folder, by a column of any place', async () => {
      await writeNdjson(
        join(folder, 'meta.ndjson'),
        rows.map(({ file, ...rest }) => ({ ...rest, picture: file })),
      );
      await upload({ metadata: join(folder, 'meta.ndjson'), metadata_key: 'picture' });

      expect(metas()).toEqual(expected);
    });

    it.each([
      ['a row twice', 'file,x\na,1\na,2\n', 'second one'],
      ['no such column', 'file,x\na,1\n', "no column 'picture'"],
      ['a row without a name', 'picture,x\n,1\n', 'names no file'],
    ])('with %s is refused, and nothing is uploaded', async (_case, text, message) => {
      writeFileSync(join(folder, 'meta.csv'), text);
      const column = message.startsWith('second') ? 'file' : 'picture';

      await expect(upload({ metadata: join(folder, 'meta.csv'), metadata_key: column })).rejects.toThrow(message);
      expect(server.records('data_files')).toEqual([]);
    });

    it('is missed where a unit has none, and reported where no unit has it', async () => {
      writeFileSync(join(folder, 'meta.csv'), 'file,weather\na.png,rain\nz.png,fog\n');
      const handle = await start({ metadata: join(folder, 'meta.csv'), on_error: 'skip' });

      expect(await handle.result()).toMatchObject({ data_units: 1, skipped_units: 1 });
      expect(await logs(handle)).toContainEqual({
        event: 'upload_metadata_unused',
        data: { count: 1, first: ['z.png'] },
      });
    });

    it.each([
      ['a table of no known kind', 'meta.txt', 'text', '.xlsx, .csv or .ndjson'],
      ['a sheet that is none', 'meta.xlsx', 'PK no zip', 'no .xlsx file'],
      ['a table that is not there', 'none.csv', undefined, 'none.csv'],
    ])('refuses %s', async (_case, name, text, message) => {
      if (text !== undefined) writeFileSync(join(folder, name), text);

      await expect(upload({ metadata: join(folder, name) })).rejects.toThrow(message);
    });
  });

  describe('what cannot be uploaded', () => {
    const spoil = (): void => {
      put('in/good.png', 'in/empty.png', 'in/notes.pdf');
      writeFileSync(join(folder, 'in/empty.png'), '');
    };

    it('ends the upload before its first byte, and is named', async () => {
      spoil();

      await expect(upload()).rejects.toMatchObject({
        message: expect.stringContaining('empty.png is empty') as string,
        details: { step_cause_code: 'SYN_UPLOAD_INVALID', count: 2 },
      });
      expect(server.lines).toEqual(['GET /data_collections/9/?expand=file_specifications']);
    });

    it('is left out and reported where it may be', async () => {
      spoil();
      const handle = await start({ on_error: 'skip' });

      expect(await handle.result()).toMatchObject({ data_units: 1, skipped_units: 2 });
      const skipped = (await logs(handle)).filter(({ event }) => event === 'upload_unit_skipped');
      expect(skipped.map(({ data }) => (data as Record<string, unknown>)['unit'])).toEqual(['empty', 'notes']);
    });

    it('ends the upload where nothing is left of it', async () => {
      put('in/notes.pdf');

      await expect(upload({ on_error: 'skip' })).rejects.toMatchObject({
        details: { step_cause_code: 'SYN_UPLOAD_INVALID' },
      });
    });

    it.each([
      ['a required file that is missing', ['in/label/a.json'], "no file 'image'"],
      ['two files of one name', ['in/image/a.png', 'in/image/a.jpg'], 'same name but for its ending'],
      ['a file in none of the folders', ['in/image/a.png', 'in/other/b.png'], 'none of the folders'],
      ['nothing at all', [], 'no files'],
    ])('names %s', async (_case, names, message) => {
      server.add('data_collections', { id: 9, file_specifications: [IMAGE, LABEL] });
      put(...names);

      await expect(upload()).rejects.toThrow(message);
    });

    it('names a folder that is not there, and a file that is too large', async () => {
      await expect(upload({ path: join(folder, 'none') })).rejects.toMatchObject({
        details: { step_cause_code: 'SYN_FILE_NOT_FOUND' },
      });
      put('in/a.png');
      await expect(upload({ max_file_bytes: 5 })).rejects.toThrow('at most 5');
    });

    it('leaves links alone: what they lead to may be anywhere', async () => {
      put('in/a.png', 'secret.png');
      symlinkSync(join(folder, 'secret.png'), join(folder, 'in/link.png'));

      expect(await upload()).toMatchObject({ data_units: 1 });
    });

    it('is decided by the action, too', async () => {
      put('in/a.png');

      await expect(upload({}, 'upload_strictly')).rejects.toThrow('nobody knows the weather');
    });
  });

  describe('an upload that fails', () => {
    beforeEach(() => put(...Array.from({ length: 7 }, (_, at) => `in/${at}.png`)));

    it('takes back its units and files when a later step fails', async () => {
      await expect(upload({}, 'upload_in_vain')).rejects.toThrow("Step 'late' failed");

      expect([server.records('data_units'), server.records('data_files')]).toEqual([[], []]);
    });

    it('takes back what it has put into the storage, and nothing else', async () => {
      put('bucket/data_files/other/a.png', 'bucket/b.png');
      await expect(upload({ target: 'storage' }, 'upload_in_vain')).rejects.toThrow("Step 'late' failed");

      expect(bucket()).toEqual(['a.png', 'b.png']);
    });

    it('rolls back the batches that were registered when one is refused', async () => {
      let posts = 0;
      server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_units/' && ++posts === 3
          ? { status: 400, body: { detail: 'no more' } }
          : undefined;

      await expect(upload({ batch_size: 3 })).rejects.toThrow('no more');
      expect(posts).toBe(3);
      expect([server.records('data_units'), server.records('data_files')]).toEqual([[], []]);
    });

    it('finds the units of a request whose answer was lost, and takes them back as well', async () => {
      let posts = 0;
      server.onRequest = ({ method, path }, perform) => {
        if (method !== 'POST' || path !== '/data_units/') return undefined;
        posts += 1;
        if (posts === 2) return { ...perform(), status: 400 }; // made, and said not to be
        return undefined;
      };

      await expect(upload({ batch_size: 3 })).rejects.toMatchObject({ details: { step: 'register' } });
      expect(server.records('data_units')).toEqual([]);
    });

    it('does not make units twice when an answer is lost', async () => {
      let posts = 0;
      server.onRequest = ({ method, path }, perform) =>
        method === 'POST' && path === '/data_units/' && ++posts === 2 ? { ...perform(), isLost: true } : undefined;

      expect(await upload({ batch_size: 3 })).toMatchObject({ data_units: 7 });
      expect(server.records('data_units')).toHaveLength(7);
    });

    it('makes those that are missing when only some of a batch were made', async () => {
      let posts = 0;
      server.onRequest = ({ method, path, body }) => {
        if (method !== 'POST' || path !== '/data_units/' || ++posts !== 1) return undefined;
        server.add('data_units', (body as object[])[0] as Record<string, unknown>);
        return { status: 502 };
      };

      expect(await upload()).toMatchObject({ data_units: 7 });
      expect(server.records('data_units')).toHaveLength(7);
    });

    it('takes files back that did not arrive as they are', async () => {
      server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_files/'
          ? { status: 201, body: { id: 5, file: 'f', checksum: 'a'.repeat(40), size: 1 } }
          : undefined;

      await expect(upload()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_CHECKSUM_MISMATCH' } });
      expect(server.lines).toContain('DELETE /data_files/5/');
    });

    it('refuses a platform that makes other units than it was asked for', async () => {
      server.onRequest = ({ method, path }) =>
        method === 'POST' && path === '/data_units/' ? { status: 201, body: [] } : undefined;

      await expect(upload()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_UPLOAD_REGISTRATION' } });
      expect(server.records('data_files')).toEqual([]);
    });

    it('ends with the run that is cancelled, and leaves nothing', async () => {
      const asked = Promise.withResolvers<void>();
      let posts = 0;
      server.onRequest = ({ method, path }) => {
        if (method !== 'POST' || path !== '/data_files/' || ++posts < 3) return undefined;
        asked.resolve();
        return new Promise(() => undefined);
      };
      const handle = await start({ parallel: 1 });
      await asked.promise;
      await handle.cancel('enough');

      await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
      expect(server.records('data_files')).toEqual([]);
    });
  });
});
