import type { FileHandle } from 'node:fs/promises';

/** Fills the buffer from a place of a file; fewer bytes only where the file has no more. */
export async function readFully(
  source: FileHandle,
  buffer: Buffer<ArrayBuffer>,
  position: number,
): Promise<Buffer<ArrayBuffer>> {
  let length = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, length, buffer.length - length, position + length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
  }
}
