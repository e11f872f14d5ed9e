import { lstatSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { ImageSize } from '../model/annotated-image.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import { ImageHeaderReader } from './image-header.js';

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
   * @param links - Names of those pictures that are links. @defaultValue each is looked at
   */
  constructor(
    readonly folder: string,
    root: string,
    private readonly problems: ProblemLog,
    private readonly links?: ReadonlySet<string>,
  ) {
    this.#root = realpathSync(root);
  }

  /** The picture of this name; where it is none, the log is told. */
  read(fileName: string, document: string): FoundImage | undefined {
    const file = this.#bytesOf(fileName, document);
    if (file === undefined) return undefined;
    const size = this.#headers.sizeOf(file);
    if (size) return { fileName, file, size };
    this.problems.add(ProblemCode.NotAnImage, { file: document }, `'${fileName}' is no picture of a known kind`);
    return undefined;
  }

  #bytesOf(fileName: string, document: string): string | undefined {
    const path = `${this.folder}${sep}${fileName}`;
    const isLink = this.links ? this.links.has(fileName) : lstatSync(path).isSymbolicLink();
    if (!isLink) return path;
    const real = realpathSync(path);
    if (real.startsWith(this.#root + sep)) return real;
    const message = `the picture '${fileName}' is a link that leads out of the data set; put the file itself there`;
    this.problems.add(ProblemCode.LeadsOutside, { file: document }, message);
    return undefined;
  }
}
