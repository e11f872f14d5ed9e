import { type FileHandle, open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { FileInvalidError } from '../../../foundation/errors/file.errors.js';
import { TurnTaker } from '../places/turn-taker.js';
import { ArchiveCompression, type PackOptions } from './archive-options.js';
import { deflatePieces, piecesOf } from './deflate-pieces.js';
import { linkTarget } from './list-files.js';
import { isCompressed, type PackedFile, readSmallFile, SMALL_BYTES } from './pack-source.js';
import { directoryEnd, directoryEntry, localHeader, WIDE_FROM, type ZipMember } from './zip-format.js';

const STORED = 0;
const DEFLATED = 8;
const REGULAR_FILE = 0o100000;
const SYMBOLIC_LINK = 0o120000;
/** Bytes that are gathered before they are written. */
const GATHER_BYTES = 1024 * 1024;
/** From here on the sizes of a file's header are 64 bits wide: deflate may add a little to what cannot be compressed. */
const WIDE_HEADER_FROM = 0xf000_0000;

/**
 * Writes the files to a zip, in the order they come.
 *
 * Our own writer: the packages for it keep a stream for each member or the whole of it in memory, and take five times as long for many small
 * files. What they add, we do not need: nothing but whole files is written, to a file in which a header can be corrected.
 */
export async function writeZip(path: string, files: readonly PackedFile[], options: PackOptions): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await new ZipWriter(handle, options).write(files);
  } finally {
    await handle.close();
  }
}

class ZipWriter {
  readonly #handle: FileHandle;
  readonly #options: PackOptions;
  readonly #members: ZipMember[] = [];
  readonly #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #position = 0;

  constructor(handle: FileHandle, options: PackOptions) {
    this.#handle = handle;
    this.#options = options;
  }

  async write(files: readonly PackedFile[]): Promise<void> {
    const { signal, onProgress } = this.#options;
    const turns = new TurnTaker(signal);
    for (const [index, file] of files.entries()) {
      const small = file.isLink
        ? Buffer.from(linkTarget(file.path))
        : file.size <= SMALL_BYTES
          ? readSmallFile(file.path)
          : undefined;
      if (small) this.#addSmall(file, small);
      else await this.#addLarge(file);
      if (this.#gatheredBytes >= GATHER_BYTES) await this.#flush();
      onProgress?.(index + 1, files.length);
      const turn = turns.next();
      if (turn) await turn;
    }
    await this.#end();
  }

  #addSmall(file: PackedFile, bytes: Buffer): void {
    const deflated = this.#isDeflated(file) ? deflateRawSync(bytes, { level: this.#options.level ?? 6 }) : bytes;
    // What deflate makes larger is stored, but an empty file's method stays as asked for.
    const method = this.#isDeflated(file) && (deflated.length < bytes.length || bytes.length === 0) ? DEFLATED : STORED;
    const body = method === DEFLATED ? deflated : bytes;
    const facts = { crc: crc32(bytes), size: bytes.length, compressedSize: body.length, method };
    const member = this.#member(file, facts);
    this.#members.push(member);
    this.#gather(localHeader(member));
    this.#gather(body);
  }

  /** Streams a file behind a header that is corrected afterwards. */
  async #addLarge(file: PackedFile): Promise<void> {
    await this.#flush();
    const isWide = file.size >= WIDE_HEADER_FROM;
    const method = this.#isDeflated(file) ? DEFLATED : STORED;
    const offset = this.#position;
    this.#position += localHeader(this.#member(file, { ...NOTHING, method }, isWide)).length;
    const facts = await this.#stream(file, method);
    if (!isWide && Math.max(facts.size, facts.compressedSize) >= WIDE_FROM) {
      throw new FileInvalidError(file.path, 'has grown while it was packed. Pack it when nobody writes to it');
    }
    const member = { ...this.#member(file, { ...facts, method }, isWide), offset };
    this.#members.push(member);
    await writeFully(this.#handle, localHeader(member), offset);
  }

  async #stream(file: PackedFile, method: number): Promise<Omit<MemberFacts, 'method'>> {
    const start = this.#position;
    const read = { crc: 0, size: 0 };
    const { level = 6, signal } = this.#options;
    const pieces =
      method === STORED ? piecesOf(file.path, read, signal) : deflatePieces(file.path, level, read, signal);
    for await (const piece of pieces) {
      await writeFully(this.#handle, piece, this.#position);
      this.#position += piece.length;
    }
    return { ...read, compressedSize: this.#position - start };
  }

  #isDeflated(file: PackedFile): boolean {
    const { compression = ArchiveCompression.Deflated } = this.#options;
    return compression === ArchiveCompression.Deflated && !file.isLink && !isCompressed(file.name);
  }

  #member(file: PackedFile, facts: MemberFacts, isWide = false): ZipMember {
    const mode = file.isLink ? SYMBOLIC_LINK | 0o777 : REGULAR_FILE | file.permissions;
    return { ...facts, name: Buffer.from(file.name), mode, offset: this.#position, isWide };
  }

  #gather(bytes: Buffer): void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    this.#position += bytes.length;
  }

  async #flush(): Promise<void> {
    if (this.#gatheredBytes === 0) return;
    const bytes = Buffer.concat(this.#gathered.splice(0));
    await writeFully(this.#handle, bytes, this.#position - bytes.length);
    this.#gatheredBytes = 0;
  }

  async #end(): Promise<void> {
    const start = this.#position;
    for (const member of this.#members) {
      this.#gather(directoryEntry(member));
      if (this.#gatheredBytes >= GATHER_BYTES) await this.#flush();
    }
    this.#gather(directoryEnd(this.#members.length, start, this.#position - start));
    await this.#flush();
  }
}

type MemberFacts = Pick<ZipMember, 'crc' | 'size' | 'compressedSize' | 'method'>;

const NOTHING = { crc: 0, size: 0, compressedSize: 0 };

/** One call may write less than it was given. */
async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
