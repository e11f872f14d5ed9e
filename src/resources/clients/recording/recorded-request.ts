import type { IncomingMessage } from 'node:http';

/** A file that came with a form. */
export interface ReceivedFile {
  readonly field: string;
  readonly fileName: string;
  readonly bytes: Buffer;
}

/** A request as a {@link BackendServer} got it. */
export interface RecordedRequest {
  readonly method: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON of the body, or the fields of a form; null where there is neither. */
  readonly body: unknown;
  readonly file?: ReceivedFile;
  /** Bytes of the body. */
  readonly bytes: number;
}

/** Reads a request whole. */
export async function recordRequest(request: IncomingMessage): Promise<RecordedRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const facts = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    bytes: body.length,
  };
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary !== undefined) return { ...facts, ...formOf(body, boundary) };
  return { ...facts, body: jsonOf(body.toString('utf8')) };
}

function jsonOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function formOf(body: Buffer, boundary: string): Pick<RecordedRequest, 'body' | 'file'> {
  const fields: Record<string, string> = {};
  let file: ReceivedFile | undefined;
  for (const part of partsOf(body, Buffer.from(`--${boundary}`))) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, end).toString('utf8');
    const content = part.subarray(end + 4);
    const field = /[; ]name="([^"]*)"/.exec(head)?.[1] ?? '';
    const fileName = /filename="([^"]*)"/.exec(head)?.[1];
    if (fileName === undefined) fields[field] = content.toString('utf8');
    else file = { field, fileName, bytes: content };
  }
  return { body: fields, ...(file && { file }) };
}

/** What lies between the boundaries, without the line's end that belongs to them. */
function partsOf(body: Buffer, boundary: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(boundary) + boundary.length;
  for (let end = body.indexOf(boundary, start); end >= 0; end = body.indexOf(boundary, start)) {
    parts.push(body.subarray(start + 2, end - 2));
    start = end + boundary.length;
  }
  return parts;
}
