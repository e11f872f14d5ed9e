import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWNER_WORDS } from '../../files/places/owner-words.js';
import { UploadRecord } from './upload-record.js';

const FACTS = { upload_id: 'u1', size_bytes: 20, modified_ms: 1 };

describe(UploadRecord, () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synapse-uploads-'));
    process.env['SYNAPSE_TEMP_DIR'] = root;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env['SYNAPSE_TEMP_DIR'];
    rmSync(root, { recursive: true, force: true });
  });
  const files = (): string[] => readdirSync(join(root, 'uploads'));
  /** Says of the only record that it is another process's. */
  const handTo = (owner: string): void => {
    const [name = ''] = files();
    renameSync(join(root, 'uploads', name), join(root, 'uploads', name.replace(OWNER_WORDS, owner)));
  };

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

  it.each([
    ['died', OWNER_WORDS.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`)], // no process has a number this high
    ['died, and whose number is that of a living one', OWNER_WORDS.replace(/[0-9a-z]+$/, 'zz')],
  ])('is taken over from a process that %s', (_what, owner) => {
    if (owner.endsWith('zz') && process.platform !== 'linux') return; // nobody says when a process began
    new UploadRecord(['b', 'k']).write(FACTS);
    handTo(owner);
    const next = new UploadRecord(['b', 'k']);

    expect(next.adopt()).toEqual(FACTS);
    next.discard();
    expect(files()).toEqual([]);
  });

  it('is taken over from a process of another container only once it was silent for a day', () => {
    new UploadRecord(['b', 'k']).write(FACTS);
    handTo(OWNER_WORDS.replace(/^\w+-\d+/, `${'0'.repeat(16)}-${2 ** 22 + 1}`));
    const early = new UploadRecord(['b', 'k']).adopt();
    const tomorrow = Date.now() + 25 * 3_600_000; // nobody can give a file an old time of change
    jest.spyOn(Date, 'now').mockReturnValue(tomorrow);

    expect([early, new UploadRecord(['b', 'k']).adopt()]).toEqual([undefined, FACTS]);
  });

  it('does not hide why an upload failed where somebody else has taken it over', () => {
    const robbed = new UploadRecord(['b', 'k']);
    robbed.write(FACTS);
    rmSync(join(root, 'uploads'), { recursive: true });

    expect(() => robbed.giveFree()).not.toThrow();
  });
});
