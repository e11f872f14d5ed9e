import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Cameras put a little behind the end of a picture. */
const LAST_BYTES = 4_096;
const JPEG_END = Buffer.from([0xff, 0xd9]);
const PNG_END = Buffer.from('IEND');

/** Looks whether pictures are cut off, without decoding them. One reader keeps one buffer. */
export class ImageEndReader {
  readonly #bytes = Buffer.alloc(LAST_BYTES);

  /** Whether a JPEG or PNG file lacks the mark at its end; pictures of other kinds have none. */
  isCutOff(file: string): boolean {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, this.#bytes, 0, 4, 0);
      const mark = endOf(this.#bytes);
      const start = Math.max(0, fstatSync(descriptor).size - LAST_BYTES);
      const length = readSync(descriptor, this.#bytes, 0, LAST_BYTES, start);
      return mark !== undefined && !this.#bytes.subarray(0, length).includes(mark);
    } finally {
      closeSync(descriptor);
    }
  }
}

function endOf(bytes: Buffer): Buffer | undefined {
  if (bytes.readUInt16BE(0) === 0xffd8) return JPEG_END;
  return bytes.readUInt32BE(0) === 0x8950_4e47 ? PNG_END : undefined;
}
