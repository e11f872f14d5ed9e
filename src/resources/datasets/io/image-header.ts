import { closeSync, openSync, readSync } from 'node:fs';
import { imageSize } from 'image-size';
import type { ImageSize } from '../model/annotated-image.js';

const FIRST_BYTES = 4_096;
/** Previews and colour profiles may stand before the size. */
const MOST_BYTES = 1_048_576;

/**
 * Reads the size of pictures from the first bytes of their files. The numbers are those of the stored pixels: EXIF turns are not applied.
 * One reader keeps one buffer, so that a million pictures cost no memory.
 */
export class ImageHeaderReader {
  readonly #first = Buffer.alloc(FIRST_BYTES);

  /** The size, or undefined where the file is no picture of a known kind. */
  sizeOf(file: string): ImageSize | undefined {
    const descriptor = openSync(file, 'r');
    try {
      const length = readSync(descriptor, this.#first, 0, FIRST_BYTES, 0);
      const size = sizeIn(this.#first.subarray(0, length));
      if (size || length < FIRST_BYTES) return size;
      const more = Buffer.alloc(MOST_BYTES);
      return sizeIn(more.subarray(0, readSync(descriptor, more, 0, MOST_BYTES, 0)));
    } finally {
      closeSync(descriptor);
    }
  }
}

function sizeIn(bytes: Uint8Array): ImageSize | undefined {
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    // The library's only way to say that it does not know the bytes, or needs more of them.
    return undefined;
  }
}
