import type { IncomingMessage } from 'node:http';
import type { FolderChild } from '../../walk-folders.js';
import type { StorageEntry } from '../../storage-options.js';

/** What a server says of one thing in a folder. */
export interface WebdavChild extends FolderChild {
  readonly facts: Omit<StorageEntry, 'key'>;
}

interface XmlResponse {
  readonly href?: string;
  readonly propstat?: readonly { readonly status?: string; readonly prop?: XmlProperties }[];
}

interface XmlProperties {
  readonly resourcetype?: unknown;
  readonly getcontentlength?: string;
  readonly getlastmodified?: string;
  readonly getetag?: string;
}

/** What is asked of each thing in a folder. */
export const WANTED_PROPERTIES =
  '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop>' +
  '<D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>';

const END_OF_RESPONSE = /<\/(?:[\w.-]+:)?response\s*>/i;
const START_OF_RESPONSE = /<(?:[\w.-]+:)?response[\s>]/i;
/** One entry is never this long; a server that sends no end of it must not fill the memory. */
const MAX_ENTRY_LENGTH = 1024 * 1024;

/** What lies directly in the folder at `url`, and the folder itself with an empty name, out of a server's answer, one entry after the other. */
export async function* webdavChildren(response: IncomingMessage, url: URL): AsyncGenerator<WebdavChild> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    removeNSPrefix: true,
    parseTagValue: false,
    isArray: (name: string) => name === 'propstat',
  });
  for await (const text of entriesOf(response)) {
    const parsed = (parser.parse(text) as { readonly response?: XmlResponse }).response ?? {};
    const child = childOf(parsed, url);
    if (child !== undefined) yield child;
  }
}

async function* entriesOf(response: IncomingMessage): AsyncGenerator<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    for (let end = END_OF_RESPONSE.exec(text); end !== null; end = END_OF_RESPONSE.exec(text)) {
      const stop = end.index + end[0].length;
      const start = START_OF_RESPONSE.exec(text)?.index ?? stop;
      if (start < stop) yield text.slice(start, stop);
      text = text.slice(stop);
    }
    if (text.length > MAX_ENTRY_LENGTH) throw new RangeError('the server sent a listing that cannot be read');
  }
}

function childOf({ href = '', propstat = [] }: XmlResponse, folder: URL): WebdavChild | undefined {
  const name = nameIn(folder, href);
  if (name === undefined) return undefined;
  const found = propstat.filter(({ status = ' 200 ' }) => status.includes(' 200'));
  const properties: XmlProperties = Object.assign({}, ...found.map(({ prop }) => prop));
  const { resourcetype: type } = properties;
  const isFolder = typeof type === 'object' && type !== null && 'collection' in type;
  return { name, isFolder, facts: factsOf(properties, isFolder) };
}

function factsOf(properties: XmlProperties, isFolder: boolean): WebdavChild['facts'] {
  const { getcontentlength: length, getlastmodified: modified, getetag: etag } = properties;
  const modifiedAt = new Date(modified ?? Number.NaN);
  return {
    kind: isFolder ? 'folder' : 'file',
    sizeBytes: isFolder ? 0 : Number(length ?? 0),
    ...(!Number.isNaN(modifiedAt.getTime()) && { modifiedAt }),
    ...(etag !== undefined && { etag: etag.replace(/^(W\/)?"(.*)"$/, '$1$2') }),
  };
}

/** The name of what lies directly in the folder, empty for itself; undefined for anything else, wherever a server wants to lead. */
function nameIn(folder: URL, href: string): string | undefined {
  const path = URL.parse(href.trim(), folder.href)?.pathname.replace(/\/*$/, '/') ?? '';
  if (!path.startsWith(folder.pathname)) return undefined;
  const name = decoded(path.slice(folder.pathname.length, -1));
  return name === undefined || /^\.{1,2}$|[/\0]/.test(name) ? undefined : name;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
