import { lstatSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { ImageSize } from '../model/annotated-image.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import { isFile } from './file-names.js';
import { ImageHeaderReader } from './image-header.js';
import { fileProblem } from './plain-file.js';
import { readFailure } from './read-failure.js';

/** A picture that was found. */
export interface FoundImage {
  readonly fileName: string;
  /** Absolute path of its bytes; where the name is a link, of what it leads to. */
  readonly file: string;
  readonly size: ImageSize;
}

/** Pictures of one folder. */
export class ImageFolder {
  readonly #headers = new ImageHeaderReader();
  readonly #root: string;

  /**
   * @param folder - Absolute path of the folder.
   * @param root - Absolute path of the data set; links that lead out of it are refused.
   */
  constructor(
    readonly folder: string,
    root: string,
    private readonly problems: ProblemLog,
  ) {
    this.#root = realpathSync(root);
  }

  /** Whether a file of this name is there, and is a link; undefined where there is none. */
  entryOf(fileName: string): { readonly isLink: boolean } | undefined {
    const path = `${this.folder}${sep}${fileName}`;
    const entry = lstatSync(path, { throwIfNoEntry: false });
    const isLink = entry?.isSymbolicLink() ?? false;
    return entry?.isFile() || (isLink && isFile(path)) ? { isLink } : undefined;
  }

  /**
   * The picture of this name; where it is none, the log is told.
   *
   * @param isSpecial - Whether the name is that of a link, a pipe or the like.
   */
  read(fileName: string, document: string, isSpecial: boolean): FoundImage | undefined {
    const file = isSpecial ? this.#bytesOf(fileName, document) : `${this.folder}${sep}${fileName}`;
    if (file === undefined) return undefined;
    const size = this.#sizeOf(file, fileName, document);
    return size && { fileName, file, size };
  }

  #sizeOf(file: string, fileName: string, document: string): ImageSize | undefined {
    try {
      const size = this.#headers.sizeOf(file);
      if (size) return size;
    } catch (error) {
      const message = `the picture '${fileName}' ${readFailure(error)}`;
      this.problems.add(ProblemCode.NoImage, { file: document }, message, error);
      return undefined;
    }
    this.problems.add(ProblemCode.NotAnImage, { file: document }, `'${fileName}' is no picture of a known kind`);
    return undefined;
  }

  #bytesOf(fileName: string, document: string): string | undefined {
    const path = `${this.folder}${sep}${fileName}`;
    const problem = fileProblem(path);
    if (problem !== undefined) {
      this.problems.add(ProblemCode.NoImage, { file: document }, `the picture '${fileName}' ${problem}`);
      return undefined;
    }
    const real = realpathSync(path);
    if (real.startsWith(this.#root + sep)) return real;
    const message = `the picture '${fileName}' is a link that leads out of the data set; put the file itself there`;
    this.problems.add(ProblemCode.LeadsOutside, { file: document }, message);
    return undefined;
  }
}
