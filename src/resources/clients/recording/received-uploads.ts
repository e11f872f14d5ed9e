import { createHash, randomUUID } from 'node:crypto';
import type { RecordedRequest } from './recorded-request.js';
import type { ServerAnswer } from './server-answer.js';

interface Upload {
  readonly id: number;
  fileName: string;
  bytes: Buffer;
}

/** Files that came to a {@link BackendServer}, whole or in pieces. */
export class ReceivedUploads {
  readonly #uploads = new Map<number, Upload>();

  /** Takes a piece. One that does not go on where the upload stands is refused with the place where it does. */
  put(request: RecordedRequest, id: number | undefined, base: string): ServerAnswer {
    const upload = id === undefined ? this.#begin(request) : this.#uploads.get(id);
    if (!upload) return { status: 404, body: { detail: 'Not found.' } };
    const start = Number(/^bytes (\d+)-/.exec(String(request.headers['content-range']))?.[1] ?? Number.NaN);
    const offset = upload.bytes.length;
    if (start !== offset) return { status: 400, body: { detail: 'Offsets do not match', offset } };
    upload.bytes = Buffer.concat([upload.bytes, request.file?.bytes ?? Buffer.alloc(0)]);
    const url = `${base}/chunked_upload/${upload.id}/`;
    return { status: 200, body: { id: upload.id, url, offset: upload.bytes.length, filename: upload.fileName } };
  }

  /** Ends an upload whose bytes have the digest. An empty file has had no pieces. */
  finish({ body }: RecordedRequest, id: number | undefined): ServerAnswer {
    const upload = id === undefined ? this.#begin() : this.#uploads.get(id);
    if (!upload) return { status: 404, body: { detail: 'Not found.' } };
    const { md5 } = (body ?? {}) as { readonly md5?: string };
    const found = createHash('md5').update(upload.bytes).digest('hex');
    if (md5 !== found) return { status: 400, body: { detail: `md5 is ${found}, not ${String(md5)}` } };
    return { status: 200, body: { ...this.fileOf(upload.id), id: upload.id } };
  }

  /** Takes a file that came whole. */
  take(fileName: string, bytes: Buffer): number {
    const upload = this.#begin();
    Object.assign(upload, { fileName, bytes });
    return upload.id;
  }

  /** What the platform says about a file. */
  fileOf(id: number): { readonly file: string; readonly checksum: string; readonly size: number } | undefined {
    const upload = this.#uploads.get(id);
    if (!upload) return undefined;
    const checksum = createHash('sha1').update(upload.bytes).digest('hex');
    return { file: `media/${id}/${upload.fileName}`, checksum, size: upload.bytes.length };
  }

  bytesOf(id: number): Buffer | undefined {
    return this.#uploads.get(id)?.bytes;
  }

  #begin(request?: RecordedRequest): Upload {
    const { filename = randomUUID() } = (request?.body ?? {}) as { readonly filename?: string };
    const upload = { id: this.#uploads.size + 1, fileName: filename, bytes: Buffer.alloc(0) };
    this.#uploads.set(upload.id, upload);
    return upload;
  }
}
