import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calculateChecksum,
  calculateChecksumFromBytes,
  calculateChecksumFromStream,
  expectChecksum,
  isDigest,
} from './checksum.js';
import { calculateDirectoryChecksum } from './directory-checksum.js';
import { HashAlgorithm } from './hash-algorithms.js';

/** Published by the authors of each algorithm for the text `abc`, xxh3 by its reference program. */
const OF_ABC: Readonly<Record<HashAlgorithm, string>> = {
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  sha3: '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  'sha3-512':
    'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  blake2:
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  blake2s: '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
  crc32: '352441c2',
  xxh3: '78af5f94892f3950',
};

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-checksum-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.values(HashAlgorithm))('%s', (algorithm) => {
  it('is what its authors say, of bytes, a file and a stream', async () => {
    writeFileSync(at('abc'), 'abc');

    expect(await calculateChecksumFromBytes(Buffer.from('abc'), { algorithm })).toBe(OF_ABC[algorithm]);
    expect(await calculateChecksum(at('abc'), { algorithm })).toBe(OF_ABC[algorithm]);
    expect(await calculateChecksumFromStream(createReadStream(at('abc')), { algorithm })).toBe(OF_ABC[algorithm]);
    expect(isDigest(OF_ABC[algorithm], algorithm)).toBe(true);
  });

  it('does not depend on the pieces in which a file is read', async () => {
    writeFileSync(at('many'), Buffer.from(Array.from({ length: 100_001 }, (_, index) => index % 251)));
    const digests = await Promise.all(
      [1009, 65_536, 1_048_576].map((chunkBytes) => calculateChecksum(at('many'), { algorithm, chunkBytes })),
    );

    expect(new Set(digests).size).toBe(1);
  });
});

describe('calculateChecksum', () => {
  it('agrees with another program on a file of many pieces', async () => {
    writeFileSync(at('large'), Buffer.alloc(5_000_000, 'synapse '));
    const [theirs] = execFileSync('sha256sum', [at('large')])
      .toString()
      .split(' ');

    expect(await calculateChecksum(at('large'), { algorithm: 'sha256' })).toBe(theirs);
  });

  it.each([0, -1, 1.5, Number.NaN])(
    'refuses pieces of %p bytes, where the original gives the digest of nothing',
    async (chunkBytes) => {
      writeFileSync(at('abc'), 'abc');
      await expect(calculateChecksum(at('abc'), { chunkBytes })).rejects.toMatchObject({ code: 'SYN_USAGE' });
    },
  );

  it('ends when it is told to', async () => {
    writeFileSync(at('abc'), 'abc');
    const signal = AbortSignal.abort(new Error('enough'));

    await expect(calculateChecksum(at('abc'), { signal })).rejects.toThrow('enough');
  });

  it.each(['sha0', 'toString', ''])('refuses the algorithm "%s"', async (algorithm) => {
    await expect(
      calculateChecksumFromBytes(Buffer.alloc(0), { algorithm: algorithm as HashAlgorithm }),
    ).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });

  it('says that a folder is one', async () => {
    await expect(calculateChecksum(folder)).rejects.toMatchObject({ code: 'SYN_FILE_INVALID' });
  });
});

describe('expectChecksum', () => {
  it('passes for the digest, and throws both for another', async () => {
    writeFileSync(at('abc'), 'abc');
    await expectChecksum(at('abc'), OF_ABC.sha1, { algorithm: 'sha1' });

    await expect(expectChecksum(at('abc'), OF_ABC.md5, { algorithm: 'sha1' })).rejects.toMatchObject({
      code: 'SYN_CHECKSUM_MISMATCH',
      details: { expected: OF_ABC.md5, found: OF_ABC.sha1 },
    });
  });
});

describe('calculateDirectoryChecksum', () => {
  beforeEach(() => {
    mkdirSync(at('in/sub'), { recursive: true });
    writeFileSync(at('in/b.txt'), 'b');
    writeFileSync(at('in/sub/한글.txt'), 'a');
    symlinkSync('b.txt', at('in/link'));
  });

  it('is the digest of a line for each file, as its documentation says', async () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const lines = [`f ${md5('b')} b.txt\0`, `l ${md5('b.txt')} link\0`, `f ${md5('a')} sub/한글.txt\0`];

    expect(await calculateDirectoryChecksum(at('in'))).toBe(md5(lines.join('')));
  });

  it('changes with names, contents and permission to execute, and with nothing else', async () => {
    const first = await calculateDirectoryChecksum(at('in'), { algorithm: 'xxh3' });
    utimesSync(at('in/b.txt'), 1, 1);
    mkdirSync(at('in/empty'));
    expect(await calculateDirectoryChecksum(at('in'), { algorithm: 'xxh3' })).toBe(first);

    chmodSync(at('in/b.txt'), 0o755);
    expect(await calculateDirectoryChecksum(at('in'), { algorithm: 'xxh3' })).not.toBe(first);
  });
});
