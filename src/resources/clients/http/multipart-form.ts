import { randomUUID } from 'node:crypto';
import { openAsBlob, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FileNotFoundError } from '../../../foundation/errors/file.errors.js';

/** A file, or a stretch of one, as a part of a form. */
export interface FormFile {
  /** Name of the field. */
  readonly field: string;
  /** The name that the service is told. */
  readonly fileName: string;
  /** Path of the file on this machine. */
  readonly path: string;
  /** First byte. @defaultValue 0 */
  readonly start?: number;
  /** The byte after the last. @defaultValue the end of the file */
  readonly end?: number;
}

/** Fields, and at most one file, as browsers send forms. */
export interface MultipartForm {
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
  readonly file?: FormFile;
}

/** A form as a body: its length is known, and its file is read while it is sent. */
export interface EncodedForm {
  readonly contentType: string;
  readonly body: Blob;
}

/** @throws {@link FileNotFoundError} when there is no such file. */
export async function encodeForm({ fields = {}, file }: MultipartForm): Promise<EncodedForm> {
  const boundary = `synapse-${randomUUID()}`;
  const parts: (string | Blob)[] = [];
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === 'string' ? [value] : value) {
      parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${one}\r\n`);
    }
  }
  if (file) {
    const disposition = `form-data; name="${quoted(file.field)}"; filename="${quoted(file.fileName)}"`;
    // No content type: the platform goes by the bytes.
    parts.push(`--${boundary}\r\nContent-Disposition: ${disposition}\r\n\r\n`, await bytesOf(file), '\r\n');
  }
  parts.push(`--${boundary}--\r\n`);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: new Blob(parts) };
}

async function bytesOf({ path, start = 0, end }: FormFile): Promise<Blob> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new FileNotFoundError('file', resolve(path));
  return (await openAsBlob(path)).slice(start, end);
}

/** A quote or a line's end in a name would end the header. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
