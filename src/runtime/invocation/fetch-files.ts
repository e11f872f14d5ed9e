import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ParamsInvalidError, type ValidationIssue } from '../../foundation/errors/plugin.errors.js';
import { SynapseError } from '../../foundation/errors/synapse.error.js';
import type { FileFieldEntry } from '../../foundation/schema/file-field.decorator.js';
import { Downloader } from '../../resources/files/downloads/downloader.js';
import { getTempPath } from '../../resources/files/places/temp-space.js';
import type { ActiveRun } from './active-run.js';

const DEFAULT_MAX_BYTES = 10 * 1024 ** 3;
/** Phase of the progress, as people see it. */
const PHASE = 'download';

/**
 * Puts local paths into the file fields of valid params: URLs are fetched, paths are looked for.
 *
 * @throws {@link ParamsInvalidError} that names the field whose file is not there or may not be had.
 */
export async function fetchFiles(
  run: ActiveRun,
  fields: readonly FileFieldEntry[],
  params: Record<string, unknown>,
): Promise<void> {
  const given = fields.filter(({ name }) => typeof params[name] === 'string');
  const issues = given.flatMap((field) => issueBefore(field, String(params[field.name])));
  if (issues.length > 0) throw new ParamsInvalidError(run.action, issues);
  const urls = given.filter(({ name }) => isUrl(String(params[name])));
  for (const { name } of given) {
    if (!isUrl(String(params[name]))) params[name] = resolve(String(params[name]));
  }
  if (urls.length > 0) await fetchUrls(run, urls, params);
}

async function fetchUrls(
  run: ActiveRun,
  fields: readonly FileFieldEntry[],
  params: Record<string, unknown>,
): Promise<void> {
  const folder = getTempPath('media');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const downloader = new Downloader({ privateAddresses: privateHosts() });
  const progress = new FetchProgress(run, fields.length);
  // The first failure ends the others: the run is over.
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const fetchOne = async ({ name, options }: FileFieldEntry, index: number): Promise<void> => {
    const onProgress = (received: number, total?: number): void => progress.set(index, received, total);
    const asked = { maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES, signal, onProgress };
    try {
      params[name] = await downloader.download(String(params[name]), folder, asked);
    } catch (error) {
      failed.abort(fieldError(run, name, error));
    }
    progress.set(index, 1, 1);
  };
  await Promise.all(fields.map(fetchOne));
  downloader.close();
  failed.signal.throwIfAborted();
}

/** What is wrong with a value as far as can be seen without asking anybody. */
function issueBefore({ name, options }: FileFieldEntry, value: string): ValidationIssue[] {
  const path = isUrl(value) ? (URL.parse(value)?.pathname ?? '') : value;
  const { suffixes } = options;
  if (suffixes && !suffixes.some((suffix) => path.toLowerCase().endsWith(suffix.toLowerCase()))) {
    return [{ path: name, code: 'file_suffix', message: `must end with one of ${suffixes.join(', ')}` }];
  }
  if (isUrl(value) || statSync(value, { throwIfNoEntry: false })?.isFile() === true) return [];
  const message = `must be a URL (http, https) or a local file; there is no file at ${resolve(value)}`;
  return [{ path: name, code: 'file_missing', message }];
}

/** A file that cannot be had is a wrong value of its field; a cancel stays what it is, and so does what may pass if tried again. */
function fieldError(run: ActiveRun, name: string, error: unknown): unknown {
  if (run.abortError || !SynapseError.is(error) || error.retryable || error.kind === 'execution') return error;
  const issue = { path: name, code: 'file_refused', message: error.message };
  return new ParamsInvalidError(run.action, [issue], { cause: error });
}

function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(value);
}

/** Said by whoever runs the host: neither a plugin's configuration nor a caller may open the way into its network. */
function privateHosts(): readonly string[] {
  const { SYNAPSE_PRIVATE_HOSTS: hosts = '' } = process.env;
  return hosts.split(',').map((host) => host.trim());
}

/** All files as one phase, each an equal part of it: not every server says how large its file is. */
class FetchProgress {
  readonly #run: ActiveRun;
  readonly #parts: number[];

  constructor(run: ActiveRun, count: number) {
    this.#run = run;
    this.#parts = Array.from({ length: count }, () => 0);
  }

  set(index: number, received: number, total?: number): void {
    if (this.#run.abortError) return;
    this.#parts[index] = total === undefined || total === 0 ? 0 : Math.min(1, received / total);
    const sum = this.#parts.reduce((all, part) => all + part, 0);
    this.#run.logger.setProgress(sum, this.#parts.length, PHASE);
  }
}
