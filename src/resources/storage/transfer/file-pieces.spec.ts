import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { piecesOfFile } from './file-pieces.js';

const PIECE_BYTES = 256 * 1024;

describe('the pieces of a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-pieces-'));
    path = join(folder, 'file');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A file in which each four bytes say where they are. */
  const put = (sizeBytes: number): Buffer => {
    const bytes = Buffer.from(Uint32Array.from({ length: Math.ceil(sizeBytes / 4) }, (_, index) => index).buffer);
    writeFileSync(path, bytes.subarray(0, sizeBytes));
    return bytes.subarray(0, sizeBytes);
  };
  /** All that comes, each piece copied as soon as it is there. */
  const copied = async (sizeBytes: number): Promise<Buffer[]> => {
    const copies: Buffer[] = [];
    for await (const piece of piecesOfFile(path, sizeBytes)) copies.push(Buffer.from(piece));
    return copies;
  };
  /** Asks for the next piece; what does not come is a failure. */
  const next = async (pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> => {
    const { value } = (await pieces.next()) as IteratorResult<Uint8Array, undefined>;
    if (!value) throw new Error('there is no further piece');
    return value;
  };
  const slice = (bytes: Buffer, index: number): Buffer =>
    bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);

  it('are valid until the one after the next is asked for', async () => {
    const bytes = put(8 * PIECE_BYTES + 5);
    let before: Uint8Array | undefined;
    let index = 0;
    for await (const piece of piecesOfFile(path, bytes.length)) {
      expect(slice(bytes, index).equals(piece)).toBe(true);
      // This one is at hand, and the piece after it has been read into memory meanwhile.
      expect(index === 0 || (before !== undefined && slice(bytes, index - 1).equals(before))).toBe(true);
      before = piece;
      index++;
    }

    expect(index).toBe(9);
    expect(before !== undefined && slice(bytes, 8).equals(before)).toBe(true); // nothing comes after the last
  });

  it('are not valid for longer: three buffers serve for any number of them', async () => {
    const bytes = put(8 * PIECE_BYTES);
    const pieces = piecesOfFile(path, bytes.length);
    const first = await next(pieces);
    const memory = new Set([first.buffer]);
    for (let index = 1; index < 4; index++) memory.add((await next(pieces)).buffer);
    const isOverwritten = slice(bytes, 3).equals(first);
    for await (const piece of pieces) memory.add(piece.buffer);

    expect(isOverwritten).toBe(true);
    expect(memory.size).toBe(3);
  });

  it.each([0, 1, 5, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])(
    'are the whole of a file of %i bytes, in no more memory than it has or a piece takes',
    async (sizeBytes) => {
      const bytes = put(sizeBytes);
      const sizes: number[] = [];
      for await (const { buffer } of piecesOfFile(path, sizeBytes)) sizes.push(buffer.byteLength);

      expect(Buffer.concat(await copied(sizeBytes)).equals(bytes)).toBe(true);
      expect(sizes).toEqual(
        Array.from({ length: Math.ceil(sizeBytes / PIECE_BYTES) }, () => Math.min(PIECE_BYTES, sizeBytes + 1)),
      );
    },
  );

  it.each([
    ['longer', 10, 100],
    ['longer by one byte', 10, 11],
    ['longer than nothing', 0, 3],
    ['shorter', 2 * PIECE_BYTES, 100],
    ['shorter, and empty rather', 100, 0],
  ])('are all there is where a file is %s than it was believed to be', async (_what, believedBytes, sizeBytes) => {
    const bytes = put(sizeBytes);

    expect(Buffer.concat(await copied(believedBytes)).equals(bytes)).toBe(true);
  });

  it('go on to the new end of a file that grows while it is read', async () => {
    const bytes = put(3 * PIECE_BYTES);
    const got: Buffer[] = [];
    for await (const piece of piecesOfFile(path, bytes.length)) {
      if (got.push(Buffer.from(piece)) === 1) appendFileSync(path, 'more');
    }

    expect(Buffer.concat(got).equals(Buffer.concat([bytes, Buffer.from('more')]))).toBe(true);
  });

  it('end where a file does that is cut off while it is read, and say nothing that is not in it', async () => {
    const bytes = put(6 * PIECE_BYTES);
    const got: Buffer[] = [];
    for await (const piece of piecesOfFile(path, bytes.length)) {
      if (got.push(Buffer.from(piece)) === 1) truncateSync(path, 3 * PIECE_BYTES + 7);
    }

    expect(Buffer.concat(got).equals(bytes.subarray(0, 3 * PIECE_BYTES + 7))).toBe(true);
  });

  it('leave no file open, whether they are read to their end or not', async () => {
    if (process.platform !== 'linux') return; // nobody says which files are open
    put(5 * PIECE_BYTES);
    const during: number[] = [];
    for await (const _piece of piecesOfFile(path, 5 * PIECE_BYTES)) {
      during.push(openFilesOf(path));
      if (during.length === 2) break;
    }
    const after = openFilesOf(path);
    await copied(5 * PIECE_BYTES);

    expect([during, after, openFilesOf(path)]).toEqual([[1, 1], 0, 0]);
  });

  it('throw what reading throws, and leave no file open then', async () => {
    await expect(copied(1)).rejects.toMatchObject({ code: 'ENOENT' });
    path = folder;
    await expect(copied(1)).rejects.toMatchObject({ code: 'EISDIR' });
    expect(process.platform === 'linux' ? openFilesOf(path) : 0).toBe(0);
  });
});

/** How often this process has a file open. */
function openFilesOf(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // that of the listing itself
    }
  }).length;
}
