import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAME = /\(?((?:file:\/\/|\/|[A-Z]:\\)[^()]+):(\d+):(\d+)\)?$/;

/**
 * Where in a plugin's sources an error was thrown, as `path:line:column` relative to its folder: the topmost frame of its stack that
 * lies in compiled code with a source map. Undefined where there is none.
 */
export function sourcePlaceOf(directory: string, thrown: unknown): string | undefined {
  const stack = thrown instanceof Error || isErrorLike(thrown) ? (thrown.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const place = placeOf(directory, line);
    if (place !== undefined) return place;
  }
  return undefined;
}

function placeOf(directory: string, frame: string): string | undefined {
  const [, url, line, column] = FRAME.exec(frame.trim()) ?? [];
  if (url === undefined) return undefined;
  try {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    // Where Node maps stacks itself (--enable-source-maps), the frame names the source already.
    const own = relative(directory, file);
    if (!own.startsWith('..') && !isAbsolute(own)) return `${own}:${line}:${column}`;
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return undefined;
    const source = resolve(dirname(file), sourcePathOf(entry.originalSource));
    return `${relative(directory, source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  } catch {
    return undefined; // no map, or one that says nothing of the place: the stack is still there
  }
}

function sourcePathOf(source: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return isAbsolute(source) ? source : source.replace(/\?.*$/, '');
}

/** Errors of another realm, such as those of a test's sandbox, are no instances of this one's. */
function isErrorLike(thrown: unknown): thrown is { readonly stack?: string } {
  return typeof thrown === 'object' && thrown !== null && typeof (thrown as { stack?: unknown }).stack === 'string';
}
