import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createArchive } from './create-archive.js';
import { extractArchive } from './extract-archive.js';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

/** Makes an archive of hostile members with Python: no other program writes such names. */
function makeZip(name: string, members: readonly (readonly [string, string])[], lines = ''): string {
  const script = `
import sys, json, zipfile, stat
def link(n, t):
    i = zipfile.ZipInfo(n); i.create_system = 3; i.external_attr = (stat.S_IFLNK | 0o777) << 16; return (i, t)
z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)
for n, t in json.loads(sys.argv[2]):
    if n.startswith('LINK:'): z.writestr(*link(n[5:], t))
    else: z.writestr(n, t)
${lines}
z.close()`;
  execFileSync('python3', ['-W', 'ignore', '-c', script, at(name), JSON.stringify(members)]);
  return at(name);
}

function makeTar(name: string, lines: string): string {
  const script = `
import sys, io, tarfile
t = tarfile.open(sys.argv[1], 'w:gz')
def add(n, type=tarfile.REGTYPE, link='', data=b'x'):
    i = tarfile.TarInfo(n); i.type = type; i.linkname = link
    i.size = len(data) if type == tarfile.REGTYPE else 0
    t.addfile(i, io.BytesIO(data))
${lines}
t.close()`;
  execFileSync('python3', ['-c', script, at(name)]);
  return at(name);
}

/** Extracts what must not be extracted, and looks for traces of it. */
async function refused(archive: string, options: object = {}): Promise<unknown> {
  mkdirSync(at('place'));
  const error: unknown = await extractArchive(archive, at('place/out'), options).catch((thrown: unknown) => thrown);
  expect(readdirSync(at('place'))).toEqual([]);
  return error;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-extract-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('extractArchive', () => {
  it.each([['../up.txt'], ['a/../../up.txt'], ['/abs.txt'], ['C:/x.txt'], ['win\\back.txt'], ['..']])(
    'refuses a zip with the member %s',
    async (name) => {
      const archive = makeZip('a.zip', [
        ['ok.txt', '1'],
        [name, '2'],
      ]);

      expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE', details: { member: name } });
    },
  );

  it.each([
    ["add('../up.txt')"],
    ["add('/abs.txt')"],
    ["add('hard', tarfile.LNKTYPE, 'ok.txt')"],
    ["add('pipe', tarfile.FIFOTYPE)"],
    ["add('device', tarfile.CHRTYPE)"],
    ["add('link', tarfile.SYMTYPE, '/etc'); add('link/passwd')"],
    ["add('link', tarfile.SYMTYPE, '.'); add('link/x')"],
  ])('refuses a tar.gz that was made by %s', async (line) => {
    const archive = makeTar('a.tar.gz', `add('ok.txt')\n${line}`);

    expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
  });

  it.each([
    ['out of the folder', [['LINK:up', '../x']]],
    ['to an absolute path', [['LINK:abs', '/etc/passwd']]],
    [
      'up again behind another link',
      [
        ['LINK:here', '.'],
        ['LINK:sly', 'here/..'],
      ],
    ],
  ])('refuses a link that leads %s', async (_case, members) => {
    const archive = makeZip('a.zip', members as [string, string][]);

    expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
  });

  it('makes links that stay inside, and none if told so', async () => {
    const archive = makeZip('a.zip', [
      ['sub/a.txt', 'text'],
      ['LINK:sub/deep/near', '../a.txt'],
      ['LINK:top', 'sub/deep/near'],
    ]);
    await extractArchive(archive, at('out'));

    expect(readFileSync(at('out/top'), 'utf8')).toBe('text');
    expect(await refused(archive, { allowsLinks: false })).toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
  });

  it.each([
    [
      'twice',
      [
        ['a.txt', '1'],
        ['a.txt', '2'],
      ],
    ],
    [
      'as a file and as a folder',
      [
        ['a', '1'],
        ['a/b', '2'],
      ],
    ],
    [
      'below a link',
      [
        ['LINK:a', 'b'],
        ['a/b', '2'],
      ],
    ],
  ])('refuses a member that is there %s', async (_case, members) => {
    const archive = makeZip('a.zip', members as [string, string][]);

    expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_UNSAFE' });
  });

  it('B-43: refuses an archive that is far larger unpacked, zip and tar.gz', async () => {
    const zip = makeZip('a.zip', [], "z.writestr('big', bytes(50_000_000))");
    const tar = makeTar('a.tar.gz', "add('big', data=bytes(50_000_000))");

    expect(await refused(zip)).toMatchObject({ code: 'SYN_ARCHIVE_LIMIT', details: { option: 'maxRatio' } });
    rmSync(at('place'), { recursive: true });
    expect(await refused(tar)).toMatchObject({ code: 'SYN_ARCHIVE_LIMIT', details: { option: 'maxRatio' } });
    await extractArchive(zip, at('trusted'), { maxRatio: 2000 });
    expect(readFileSync(at('trusted/big'))).toHaveLength(50_000_000);
  });

  it.each([
    ['maxBytes', { maxBytes: 1999 }],
    ['maxMembers', { maxMembers: 1 }],
  ])('refuses an archive that is over %s', async (option, limits) => {
    const archive = makeZip('a.zip', [
      ['a', 'x'.repeat(1000)],
      ['b', 'x'.repeat(1000)],
    ]);

    expect(await refused(archive, limits)).toMatchObject({ code: 'SYN_ARCHIVE_LIMIT', details: { option } });
  });

  it('refuses a zip whose members lie over each other', async () => {
    const archive = makeZip(
      'a.zip',
      [['a', 'q'.repeat(3)]],
      `
import random
z.writestr('big', random.Random(1).randbytes(5000))
for n in range(20):
    i = zipfile.ZipInfo('c%d' % n); o = z.infolist()[1]
    for f in ('CRC','compress_size','file_size','header_offset','compress_type','flag_bits','create_system','external_attr','extract_version','create_version'): setattr(i, f, getattr(o, f))
    z.filelist.append(i)`,
    );

    expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
  });

  it('refuses a zip whose member has more bytes than it says', async () => {
    const archive = makeZip('a.zip', [['a', 'x'.repeat(10_000)]]);
    const bytes = readFileSync(archive);
    const entry = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bytes.writeUInt32LE(10, entry + 24);
    writeFileSync(archive, bytes);

    expect(await refused(archive)).toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
  });

  it.each(['zip', 'tar.gz'])('refuses a %s that is cut off, or has a wrong byte in it', async (suffix) => {
    mkdirSync(at('in'));
    for (let number = 0; number < 20; number++)
      writeFileSync(at('in', `${number}`), `${Math.sin(number)}`.repeat(20_000));
    await createArchive(at('in'), at(`a.${suffix}`));
    const bytes = readFileSync(at(`a.${suffix}`));
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 0xff, middle);
    writeFileSync(at(`b.${suffix}`), bytes);
    truncateSync(at(`a.${suffix}`), Math.floor(bytes.length * 0.6));

    for (const name of ['a', 'b']) {
      expect(await refused(at(`${name}.${suffix}`))).toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
      rmSync(at('place'), { recursive: true });
    }
  });

  it('refuses an encrypted zip', async () => {
    writeFileSync(at('secret.txt'), 'text');
    execFileSync('zip', ['-q', '-j', '-P', 'word', at('a.zip'), at('secret.txt')]);

    expect(await refused(at('a.zip'))).toMatchObject({
      code: 'SYN_ARCHIVE_INVALID',
      message: expect.stringContaining('encrypted') as string,
    });
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['nothing', Buffer.alloc(0)],
    ['gzip of no tar', gzipSync('x'.repeat(2000))],
    ['the letters PK', Buffer.from('PK rest')],
  ])('refuses a file of %s', async (_case, bytes) => {
    writeFileSync(at('a.zip'), bytes);

    expect(await refused(at('a.zip'))).toMatchObject({ code: 'SYN_ARCHIVE_INVALID' });
  });

  it('leaves a folder alone that has something in it, and puts the new one in its place if told so', async () => {
    const archive = makeZip('a.zip', [['new.txt', '1']]);
    mkdirSync(at('out'));
    writeFileSync(at('out/old.txt'), '0');

    await expect(extractArchive(archive, at('out'))).rejects.toMatchObject({ code: 'SYN_FILE_WRITE' });
    expect(readdirSync(at('out'))).toEqual(['old.txt']);
    await extractArchive(archive, at('out'), { overwrite: true });
    expect(readdirSync(at('out'))).toEqual(['new.txt']);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('B-43: writes nothing through a link that lies at the place', async () => {
    const archive = makeZip('a.zip', [['sub/new.txt', '1']]);
    mkdirSync(at('elsewhere'));
    mkdirSync(at('out'));
    symlinkSync('../elsewhere', at('out/sub'));
    await extractArchive(archive, at('out'), { overwrite: true });

    expect(readdirSync(at('elsewhere'))).toEqual([]);
    expect(readFileSync(at('out/sub/new.txt'), 'utf8')).toBe('1');
  });

  it.each(['zip', 'tar.gz'])('leaves nothing of a %s when it is ended', async (suffix) => {
    mkdirSync(at('in'));
    for (let number = 0; number < 30; number++) writeFileSync(at('in', `${number}.jpg`), Buffer.alloc(200_000, number));
    await createArchive(at('in'), at(`a.${suffix}`));
    const abort = new AbortController();
    const options = { signal: abort.signal, maxRatio: 5000, onProgress: () => abort.abort(new Error('enough')) };

    expect(await refused(at(`a.${suffix}`), options)).toMatchObject({ message: 'enough' });
  });
});
