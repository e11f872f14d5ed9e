import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UploadRecord } from './upload-record.js';

const FACTS = { upload_id: 'u1', size_bytes: 20, modified_ms: 1 };

describe(UploadRecord, () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synapse-uploads-'));
    process.env['SYNAPSE_TEMP_DIR'] = root;
  });
  afterEach(() => {
    delete process.env['SYNAPSE_TEMP_DIR'];
    rmSync(root, { recursive: true, force: true });
  });
  const files = (): string[] => readdirSync(join(root, 'uploads'));

  it('is not taken from a process that lives', () => {
    new UploadRecord(['b', 'k']).write(FACTS);

    expect(new UploadRecord(['b', 'k']).adopt()).toBeUndefined();
  });

  it('is taken over by one upload of the same, once it is free', () => {
    const first = new UploadRecord(['b', 'k']);
    first.write(FACTS);
    first.giveFree();

    expect(new UploadRecord(['b', 'other']).adopt()).toBeUndefined();
    expect(new UploadRecord(['b', 'k']).adopt()).toEqual(FACTS);
    expect(new UploadRecord(['b', 'k']).adopt()).toBeUndefined();
  });

  it('is taken over from a process that died', async () => {
    new UploadRecord(['b', 'k']).write(FACTS);
    const [name = ''] = files();
    const dead = 2 ** 22 + 1; // no process has a number this high
    await rename(join(root, 'uploads', name), join(root, 'uploads', name.replace(`.${process.pid}.`, `.${dead}.`)));
    const next = new UploadRecord(['b', 'k']);

    expect(next.adopt()).toEqual(FACTS);
    next.discard();
    expect(files()).toEqual([]);
  });
});
