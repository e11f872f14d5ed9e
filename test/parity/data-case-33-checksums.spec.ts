import { mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calculateChecksum,
  calculateChecksumFromBytes,
  calculateChecksumFromStream,
  type HashAlgorithm,
  verifyChecksum,
} from '../../src/index.js';

interface Expected {
  readonly digests: readonly { algorithm: HashAlgorithm; text: string; result?: string }[];
  readonly verify: readonly { expected: string; result: boolean }[];
  readonly with_prefix: string;
  readonly from_bytes_md5_empty: string;
  readonly file_object_after_partial_read: { digest: string };
}
const { expected } = JSON.parse(
  readFileSync(join(__dirname, 'data-cases/cases/33-checksums.json'), 'utf8'),
) as { expected: Expected };

/** The original has no crc32; here it has a digest, which zlib's own program confirms. */
const CRC32: Readonly<Record<string, string>> = { 'hello world': '0d4a1185', '': '00000000' };

describe('data case 33: checksums', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-case33-'));
    file = join(folder, 'hello.txt');
    writeFileSync(file, 'hello world');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(expected.digests)('$algorithm of "$text"', async ({ algorithm, text, result }) => {
    const path = join(folder, `${algorithm}.txt`);
    writeFileSync(path, text);

    expect(await calculateChecksum(path, { algorithm })).toBe(result ?? CRC32[text]);
  });

  it.each(expected.verify)('verifies against "$expected": $result', async ({ expected: digest, result }) => {
    expect(await verifyChecksum(file, digest)).toBe(result);
  });

  it('has the prefix, the digest of no bytes, and that of what a stream still holds', async () => {
    expect(await calculateChecksum(file, { prefix: 'dev-' })).toBe(expected.with_prefix);
    expect(await calculateChecksumFromBytes(Buffer.alloc(0))).toBe(expected.from_bytes_md5_empty);

    // A stream cannot be rewound: where the original goes back to the start, a new one is opened.
    readSync(openSync(file, 'r'), Buffer.alloc(4));
    expect(await calculateChecksumFromStream(createReadStream(file))).toBe(
      expected.file_object_after_partial_read.digest,
    );
  });

  it('says that a missing file is missing', async () => {
    await expect(calculateChecksum(join(folder, 'zz'))).rejects.toMatchObject({ code: 'SYN_FILE_NOT_FOUND' });
    await expect(verifyChecksum(join(folder, 'zz'), '')).rejects.toMatchObject({ code: 'SYN_FILE_NOT_FOUND' });
  });
});
