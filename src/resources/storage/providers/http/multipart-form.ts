import { randomBytes } from 'node:crypto';
import type { HttpBody } from './send-body.js';

/** A file as it stands in a form. */
export interface FormFile {
  readonly filename: string;
  /** Gives its bytes from the start each time. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
}

/** A form with one part, named `file`, of which nothing but its name is said. */
export class MultipartForm {
  readonly #boundary = `synapse-${randomBytes(18).toString('base64url')}`;
  readonly #file: FormFile;

  constructor(file: FormFile) {
    this.#file = file;
  }

  get contentType(): string {
    return `multipart/form-data; boundary=${this.#boundary}`;
  }

  /** The form from its start. */
  body(): HttpBody {
    const disposition = `form-data; name="file"; filename="${quoted(this.#file.filename)}"`;
    const head = Buffer.from(`--${this.#boundary}\r\nContent-Disposition: ${disposition}\r\n\r\n`);
    const tail = Buffer.from(`\r\n--${this.#boundary}--\r\n`);
    const sizeBytes = head.length + this.#file.sizeBytes + tail.length;
    return { bytes: this.#bytes(head, tail), sizeBytes, isOnce: false };
  }

  async *#bytes(head: Buffer, tail: Buffer): AsyncGenerator<Uint8Array> {
    yield head;
    yield* this.#file.open();
    yield tail;
  }
}

/** As browsers quote it: a name cannot end its own quotes or line. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}
