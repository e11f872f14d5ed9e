import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { FileInvalidError, FileWriteError } from '../../../foundation/errors/file.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { withAbortReason } from '../places/abort-reason.js';
import { writeAtomically } from '../places/write-atomically.js';
import { ArchiveFilter } from './archive-filter.js';
import { archiveKindOf } from './archive-kind.js';
import {
  ArchiveCompression,
  ArchiveFormat,
  type CreateArchiveOptions,
  LinkHandling,
  type PackOptions,
} from './archive-options.js';
import { type GitFilesOptions, listGitFiles } from './git-files.js';
import { existingFolder, type ListedFile, listFiles } from './list-files.js';
import { packedFile } from './pack-source.js';

/** How an archive of a repository is made. */
export interface GitArchiveOptions extends PackOptions, GitFilesOptions {
  /** Makes a tracked file that is not on the disk an error; otherwise it is left out. @defaultValue false */
  readonly failsOnMissing?: boolean;
}

/**
 * Packs the files of a folder. The same files give the same bytes, wherever and whenever: members are sorted, and have neither their times nor
 * more of their permissions than whether they can be executed. Empty folders are left out.
 *
 * @returns The archive's absolute path.
 * @throws {@link FileNotFoundError}, {@link FileInvalidError} for what cannot be read; {@link FileWriteError}, also where the archive would take the
 * place of a file that is to be packed; the signal's reason.
 */
export async function createArchive(
  source: string,
  archive: string,
  options: CreateArchiveOptions = {},
): Promise<string> {
  const checked = checkedOptions(options);
  const { filter = new ArchiveFilter(), signal } = options;
  const target = resolve(archive);
  const files = await listFiles(existingFolder(source), { filter, signal });
  return packInto(target, { folder: source, files }, checked);
}

/**
 * Packs the files of a repository that git tracks and, unless told otherwise, those that it neither tracks nor ignores. Nothing else is
 * left out: a tracked `dist` is in it.
 *
 * @throws {@link GitUnusableError} where the folder is no repository or git fails, and as {@link createArchive}.
 */
export async function createArchiveFromGit(
  source: string,
  archive: string,
  options: GitArchiveOptions = {},
): Promise<string> {
  const checked = checkedOptions(options);
  const { files, missing } = await listGitFiles(source, options);
  if (options.failsOnMissing === true && missing.length > 0) {
    throw new FileInvalidError(
      resolve(source),
      `git tracks files that are not there: ${missing.slice(0, 10).join(', ')}`,
    );
  }
  return packInto(resolve(archive), { folder: source, files }, checked);
}

/** What is packed. */
interface PackedTree {
  readonly folder: string;
  readonly files: readonly ListedFile[];
}

async function packInto(target: string, tree: PackedTree, options: PackOptions): Promise<string> {
  const format = options.format ?? formatByName(target);
  const listed = withoutArchive(target, format, tree);
  const files = withLinks(listed, options.links ?? LinkHandling.Store).map(packedFile);
  options.signal?.throwIfAborted();
  const write = await writerOf(format);
  await withAbortReason(options.signal, () =>
    writeAtomically(target, (unfinished) => write(unfinished, files, options)),
  );
  return target;
}

/**
 * An archive may lie in the folder that it is made of: it is no member of itself. Any other file of the folder would be lost, as the archive takes its
 * place and does not have it.
 */
function withoutArchive(target: string, format: ArchiveFormat, { folder, files }: PackedTree): readonly ListedFile[] {
  const name = nameWithin(folder, target);
  const lost = files.find((file) => file.name === name);
  if (lost === undefined) return files;
  if (lost.isLink || archiveKindOf(lost.path) !== format) {
    const reason = `it is '${lost.name}', one of the files of ${resolve(folder)} that are to be packed, and no earlier ${format}`;
    throw new FileWriteError(target, `${reason}. Give the archive another name`);
  }
  return files.filter((file) => file !== lost);
}

/** The name that what is at a place has below a folder, whatever links lead to either; undefined where nothing can be seen there. */
function nameWithin(folder: string, place: string): string | undefined {
  try {
    lstatSync(place);
    const real = join(realpathSync.native(dirname(place)), basename(place));
    return relative(realpathSync.native(folder), real).replaceAll(sep, '/');
  } catch {
    return undefined;
  }
}

/** Loaded when they are asked for: each run loads the package, and few runs pack anything. */
async function writerOf(format: ArchiveFormat): Promise<ArchiveWriter> {
  if (format === ArchiveFormat.TarGz) return (await import('./tar-writer.js')).writeTarGz;
  return (await import('./zip-writer.js')).writeZip;
}

type ArchiveWriter = (path: string, files: ReturnType<typeof packedFile>[], options: PackOptions) => Promise<void>;

function withLinks(files: readonly ListedFile[], links: LinkHandling): readonly ListedFile[] {
  if (links === LinkHandling.Store) return files;
  const link = files.find(({ isLink }) => isLink);
  if (links === LinkHandling.Fail && link) {
    throw new FileInvalidError(link.path, "is a link, and links: 'fail' allows none");
  }
  return files.filter(({ isLink }) => !isLink);
}

/** The kind of archive that a name speaks of. */
function formatByName(path: string): ArchiveFormat {
  return /\.(tar\.gz|tgz)$/i.test(path) ? ArchiveFormat.TarGz : ArchiveFormat.Zip;
}

/** Words may come from JavaScript or a configuration, where no compiler has seen them. */
function checkedOptions<T extends PackOptions>(options: T): T {
  const words = { compression: ArchiveCompression, format: ArchiveFormat, links: LinkHandling };
  for (const [name, known] of Object.entries(words)) {
    const value = options[name as keyof typeof words];
    if (value !== undefined && !Object.values<string>(known).includes(value)) {
      throw new UsageError(`${name} '${value}' is unknown. Known words: ${Object.values(known).join(', ')}.`);
    }
  }
  const { level = 6 } = options;
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw new UsageError(`level must be a whole number from 0 to 9, got ${level}.`);
  }
  return options;
}
