import { appendFileSync, closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

const BUFFERED_CHARACTERS = 262_144;

/** A list of objects that grows in a file of its own, a line for each. */
export class ListFile {
  count = 0;
  #text = '';

  constructor(private readonly path: string) {}

  add(item: object): void {
    this.#text += `${this.count === 0 ? '' : ',\n'}${JSON.stringify(item)}`;
    this.count++;
    if (this.#text.length > BUFFERED_CHARACTERS) this.#flush();
  }

  moveInto(descriptor: number): void {
    this.#move((bytes) => void writeSync(descriptor, bytes));
  }

  /** The same for objects that get an `id` each, from the first number on. */
  moveNumberedInto(descriptor: number, first: number): void {
    let [id, isLineStart] = [first, true];
    this.#move((bytes) => {
      let text = '';
      // Texts in JSON have no line break of their own, and every line is an object.
      for (const byte of bytes.toString('latin1')) {
        text += isLineStart ? `{"id":${id++},` : byte;
        isLineStart = byte === '\n';
      }
      writeSync(descriptor, Buffer.from(text, 'latin1'));
    });
  }

  #move(write: (bytes: Buffer) => void): void {
    this.#flush();
    const from = openSync(this.path, 'r');
    try {
      const chunk = Buffer.allocUnsafe(BUFFERED_CHARACTERS);
      for (let length = readSync(from, chunk); length > 0; length = readSync(from, chunk))
        write(chunk.subarray(0, length));
    } finally {
      closeSync(from);
      rmSync(this.path);
    }
  }

  #flush(): void {
    appendFileSync(this.path, this.#text);
    this.#text = '';
  }
}
