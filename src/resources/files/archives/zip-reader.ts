import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { ArchiveInvalidError } from '../../../foundation/errors/file.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';

/** A member as the list at the end of a zip has it. */
export interface ZipEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly isExecutable: boolean;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc: number;
  readonly method: number;
  readonly offset: number;
}

/** Bytes that are read at once: enough for hundreds of small members. */
const WINDOW_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LOCAL_HEADER_BYTES = 30;
const METHOD_NAMES: Readonly<Record<number, string>> = {
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
};

/**
 * Reads a zip. The list of members is read by yauzl; their bytes are read here, many small members with one read, where a stream for each
 * takes ten times as long.
 */
export class ZipReader {
  readonly path: string;
  readonly bytes: number;
  readonly #file: number;
  #window = Buffer.alloc(0);
  #windowAt = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    this.bytes = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** The members in the archive's order. @throws {@link ArchiveInvalidError} where one is encrypted, or packed in a way we do not read. */
  async *entries(): AsyncGenerator<ZipEntry> {
    try {
      const options = { lazyEntries: true, decodeStrings: false, autoClose: false };
      const zip = await yauzl.fromRandomAccessReaderPromise(new WindowReader(this), this.bytes, options);
      for await (const entry of zip.eachEntry()) yield this.#entryOf(entry as unknown as RawEntry);
    } catch (error) {
      throw SynapseError.is(error) ? error : this.invalid(messageOf(error), error);
    }
  }

  /** All of a small member's bytes, checked against size and digest by the caller. */
  readSmall(entry: ZipEntry): Uint8Array {
    const body = this.read(this.#startOf(entry), entry.compressedSize);
    if (entry.method === 0) return body;
    try {
      // One byte more than it may have shows a member that has more than it says.
      return inflateRawSync(body, { maxOutputLength: entry.size + 1 });
    } catch (error) {
      throw this.invalid(`the bytes of '${entry.name}' are damaged, or more than the archive says`, error);
    }
  }

  /** A member's bytes as they are unpacked. */
  async *readLarge(entry: ZipEntry): AsyncGenerator<Buffer> {
    const start = this.#startOf(entry);
    const raw = createReadStream(this.path, {
      start,
      end: start + entry.compressedSize - 1,
      highWaterMark: CHUNK_BYTES,
    });
    if (entry.method === 0) return yield* raw as AsyncIterable<Buffer>;
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    raw.once('error', (error) => inflate.destroy(error));
    try {
      yield* raw.pipe(inflate) as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.invalid(`the bytes of '${entry.name}' are damaged`, error);
    } finally {
      raw.destroy();
      inflate.destroy();
    }
  }

  /** Bytes of the archive; they are valid until the next call. */
  read(position: number, length: number): Buffer {
    if (position < this.#windowAt || position + length > this.#windowAt + this.#window.length) {
      this.#fill(position, Math.max(length, WINDOW_BYTES));
    }
    const from = position - this.#windowAt;
    if (from + length > this.#window.length) throw this.invalid('it ends too early');
    return this.#window.subarray(from, from + length);
  }

  invalid(problem: string, cause?: unknown): ArchiveInvalidError {
    return new ArchiveInvalidError(this.path, problem, cause);
  }

  /** A new buffer each time: the old one may still be in use. */
  #fill(position: number, length: number): void {
    const window = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.bytes - position)));
    let filled = 0;
    while (filled < window.length) {
      const read = readSync(this.#file, window, filled, window.length - filled, position + filled);
      if (read === 0) break;
      filled += read;
    }
    this.#window = window.subarray(0, filled);
    this.#windowAt = position;
  }

  #startOf(entry: ZipEntry): number {
    const header = this.read(entry.offset, LOCAL_HEADER_BYTES);
    if (header.readUInt32LE(0) !== 0x0403_4b50)
      throw this.invalid(`there is no member where '${entry.name}' should be`);
    return entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  }

  #entryOf(raw: RawEntry): ZipEntry {
    const name = yauzl.getFileNameLowLevel(raw.generalPurposeBitFlag, raw.fileNameRaw, raw.extraFields, true);
    if ((raw.generalPurposeBitFlag & 1) !== 0) throw this.invalid(`its member '${name}' is encrypted`);
    const method = raw.compressionMethod;
    if (method !== 0 && method !== 8) {
      throw this.invalid(`its member '${name}' is packed by ${METHOD_NAMES[method] ?? `method ${method}`}`);
    }
    const mode = raw.versionMadeBy >> 8 === 3 ? raw.externalFileAttributes >>> 16 : 0;
    const { compressedSize, uncompressedSize: size, crc32: crc, relativeOffsetOfLocalHeader: offset } = raw;
    const isExecutable = (mode & 0o111) !== 0;
    return { name, kind: kindOf(name, mode), isExecutable, size, compressedSize, crc, method, offset };
  }
}

/** What yauzl says of a member, names as bytes. */
interface RawEntry {
  readonly generalPurposeBitFlag: number;
  readonly fileNameRaw: Buffer;
  readonly extraFields: { id: number; data: Buffer }[];
  readonly compressionMethod: number;
  readonly versionMadeBy: number;
  readonly externalFileAttributes: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
  readonly relativeOffsetOfLocalHeader: number;
}

function kindOf(name: string, mode: number): ZipEntry['kind'] {
  if (name.endsWith('/')) return 'folder';
  return (mode & 0o170000) === 0o120000 ? 'link' : 'file';
}

type ReadArguments = Parameters<InstanceType<typeof yauzl.RandomAccessReader>['read']>;

/** Serves yauzl from the window. */
class WindowReader extends yauzl.RandomAccessReader {
  readonly #zip: ZipReader;

  constructor(zip: ZipReader) {
    super();
    this.#zip = zip;
  }

  override read(...[target, offset, length, position, done]: ReadArguments): void {
    try {
      this.#zip.read(position, length).copy(target, offset);
    } catch (error) {
      return done(error as Error);
    }
    done(null);
  }
}
