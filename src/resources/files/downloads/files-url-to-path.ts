import { isRecord } from '../../../foundation/schema/json-safe.js';
import { mkdir } from 'node:fs/promises';
import { getTempPath } from '../places/temp-space.js';
import { Downloader, type DownloaderOptions, type DownloadOptions } from './downloader.js';

/** How URLs in objects are replaced by local paths. */
export interface LocaliseOptions extends DownloaderOptions, Pick<DownloadOptions, 'headers' | 'maxBytes' | 'signal'> {
  /** Where the files go. It is made if it is not there. @defaultValue `getTempPath('media')` */
  readonly folder?: string;
  /** The one field to look at. @defaultValue every field */
  readonly fileField?: string;
}

/**
 * A copy of a map of files in which each URL is the path of a local file: a text becomes the path, an object with `url` has `path` in its place. What is
 * neither is left as it is. All are fetched at once, each URL once; where one fails, nothing is returned and the map is as it was.
 *
 * @throws As {@link Downloader.download}.
 */
export async function filesUrlToPath<T extends object>(files: T, options: LocaliseOptions = {}): Promise<T> {
  return withDownloader(options, (fetch) => localised(files, fetch, options.fileField));
}

/**
 * Copies of objects in which the named fields hold local paths. A field is a name, or names with dots between them; what it leads to is a URL or
 * a map of files. Fields that are not there are left out of account.
 *
 * @throws As {@link Downloader.download}.
 */
export async function filesUrlToPathFromObjs<T extends object>(
  objects: readonly T[],
  fields: readonly string[],
  options: Omit<LocaliseOptions, 'fileField'> = {},
): Promise<T[]> {
  return withDownloader(options, (fetch) =>
    Promise.all(
      objects.map(async (object) => {
        let copy = object;
        for (const field of fields) copy = (await atPath(copy, field.split('.'), fetch)) as T;
        return copy;
      }),
    ),
  );
}

type Fetch = (url: string) => Promise<string>;

async function withDownloader<T>(options: LocaliseOptions, work: (fetch: Fetch) => Promise<T>): Promise<T> {
  const { folder = getTempPath('media') } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const downloader = new Downloader(options);
  // The first failure ends the others: nobody gets what they fetch.
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const fetched = new Map<string, Promise<string>>();
  try {
    return await work((url) => {
      const known = fetched.get(url) ?? downloader.download(url, folder, { ...options, signal });
      fetched.set(url, known);
      return known;
    });
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await Promise.allSettled(fetched.values());
    downloader.close();
  }
}

async function localised<T extends object>(files: T, fetch: Fetch, fileField?: string): Promise<T> {
  const entries = Object.entries(files).map(async ([name, value]: [string, unknown]) =>
    fileField === undefined || name === fileField ? [name, await localPath(value, fetch)] : [name, value],
  );
  return Object.fromEntries(await Promise.all(entries)) as T;
}

async function localPath(value: unknown, fetch: Fetch): Promise<unknown> {
  if (typeof value === 'string') return fetch(value);
  if (!isRecord(value) || typeof value['url'] !== 'string') return value;
  const { url, ...rest } = value;
  return { ...rest, path: await fetch(url as string) };
}

/** A copy of what lies along the path; everything beside it is shared. */
async function atPath(value: unknown, [step, ...rest]: readonly string[], fetch: Fetch): Promise<unknown> {
  if (step === undefined) {
    if (typeof value === 'string') return fetch(value);
    return isRecord(value) ? localised(value, fetch) : value;
  }
  if (!isRecord(value) || !Object.hasOwn(value, step)) return value;
  return { ...value, [step]: await atPath(value[step], rest, fetch) };
}
