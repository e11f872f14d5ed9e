/** A stream of text that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** Writes `text`; the promise, if there is one, resolves when the stream can take more. */
export function writeText(stream: OutputStream, text: string): void | Promise<void> {
  // A stream whose reader is gone takes nothing and never drains.
  if (!stream.writable || stream.write(text)) return;
  return new Promise((resolve) => {
    const goOn = (): void => {
      stream.removeListener('drain', goOn);
      stream.removeListener('close', goOn);
      stream.removeListener('error', goOn);
      resolve();
    };
    stream.on('drain', goOn);
    // A reader that went away takes nothing any more; the writer finds that out by itself.
    stream.on('close', goOn);
    stream.on('error', goOn);
  });
}
