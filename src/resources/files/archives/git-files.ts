import { execFile } from 'node:child_process';
import { existsSync, lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { GitUnusableError } from '../../../foundation/errors/file.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { byName, existingFolder, type ListedFile } from './list-files.js';

/** Which files git lists. */
export interface GitFilesOptions {
  /** Also the files that git neither tracks nor ignores. @defaultValue true */
  readonly includeUntracked?: boolean;
  /** Ends the listing. */
  readonly signal?: AbortSignal;
}

/** The files that git knows in a folder. */
export interface GitFiles {
  /** Sorted by name. */
  readonly files: readonly ListedFile[];
  /** Names of tracked files that are not on the disk. */
  readonly missing: readonly string[];
}

/** Names of a million files fit. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * The files of a repository as git lists them. Submodules are left out: they are repositories of their own.
 *
 * @param folder - The top of the repository.
 * @throws {@link GitUnusableError} where it is no repository, git is missing or fails.
 */
export async function listGitFiles(folder: string, options: GitFilesOptions = {}): Promise<GitFiles> {
  const root = existingFolder(folder);
  if (!existsSync(join(root, '.git'))) {
    throw new GitUnusableError(root, 'it is not the top of a git repository. Name the folder that holds .git.');
  }
  const untracked = (options.includeUntracked ?? true) ? ['--others', '--exclude-standard'] : [];
  const names = namesIn(root, await git(root, ['ls-files', '-z', '--cached', ...untracked], options.signal));
  const files: ListedFile[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const path = join(root, name);
    const facts = factsOf(path);
    if (facts === undefined) missing.push(name);
    else if (facts.isFile() || facts.isSymbolicLink()) files.push({ name, path, isLink: facts.isSymbolicLink() });
  }
  return { files: files.sort(byName), missing: missing.sort() };
}

function git(folder: string, words: readonly string[], signal?: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, encoding: 'buffer' as const, maxBuffer: MAX_OUTPUT_BYTES, signal };
    execFile('git', [...words], options, (error, output, complaint) => {
      if (error === null) resolve(output);
      else if (signal?.aborted) reject(signal.reason as Error);
      else reject(new GitUnusableError(folder, problemOf(error, complaint), error));
    });
  });
}

function problemOf(error: Error, complaint: Buffer): string {
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT') return 'the program git is not installed, or not in PATH. Install it.';
  return complaint.toString().trim() || messageOf(error);
}

/** Names between NULs, each once: a file in a merge conflict is listed for each side. */
function namesIn(root: string, output: Buffer): Set<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(output);
    return new Set(text.split('\0').filter((name) => name !== ''));
  } catch (error) {
    throw new GitUnusableError(root, 'the name of a file is not UTF-8. Rename it.', error);
  }
}

function factsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
