import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { FileInvalidError, FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { writeFileAtomically } from '../places/write-atomically.js';

/**
 * What a JSON or YAML file holds: YAML where the name ends in `.yaml` or `.yml`, in any case, else JSON. It may be a list, a text or null.
 *
 * @throws {@link FileNotFoundError}; {@link FileInvalidError} that says where it does not parse.
 */
export async function getDictFromFile(path: string): Promise<unknown> {
  const text = await textOf(path);
  try {
    if (!isYaml(path)) return JSON.parse(text) as unknown;
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS() as unknown;
  } catch (error) {
    throw new FileInvalidError(resolve(path), `does not parse: ${messageOf(error)}`, error);
  }
}

/** Writes a value as JSON or YAML, as the name says, in one step. @throws {@link FileWriteError}. */
export async function writeDictToFile(path: string, value: unknown): Promise<void> {
  const text = isYaml(path) ? stringify(value) : `${JSON.stringify(value, null, 2)}\n`;
  await writeFileAtomically(path, text);
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

/** A mark that some programs put in front of UTF-8 is no part of the text. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FileNotFoundError('file', resolve(path), error);
    throw new FileInvalidError(resolve(path), `cannot be read: ${messageOf(error)}`, error);
  }
}
