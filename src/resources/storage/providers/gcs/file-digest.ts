import type { FileHandle } from 'node:fs/promises';
import type { CRC32C } from '@google-cloud/storage';
import { readFully } from '../../transfer/read-fully.js';

const PIECE_BYTES = 1024 * 1024;

/** The digest of a file whose pieces come by in their order, some of them more than once, and the first of them perhaps not at all. */
export class FileDigest {
  readonly #source: FileHandle;
  readonly #digest: CRC32C;
  #position = 0;

  /** @param digest - Of nothing yet. */
  constructor(source: FileHandle, digest: CRC32C) {
    this.#source = source;
    this.#digest = digest;
  }

  /** Of the bytes so far, in base64. */
  get value(): string {
    return this.#digest.toString();
  }

  /** Takes the bytes that begin at `start`; those before it that nobody has brought are read. */
  async take(bytes: Buffer, start: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(this.#position < start ? PIECE_BYTES : 0);
    while (this.#position < start) {
      const missing = await readFully(this.#source, buffer.subarray(0, start - this.#position), this.#position);
      if (missing.length === 0) return; // it has become shorter, which is seen before it is finished
      this.#add(missing);
    }
    if (start + bytes.length > this.#position) this.#add(bytes.subarray(this.#position - start));
  }

  #add(bytes: Buffer): void {
    this.#digest.update(bytes);
    this.#position += bytes.length;
  }
}
