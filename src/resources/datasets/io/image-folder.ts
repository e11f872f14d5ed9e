import { lstatSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { byCodePoint } from '../model/class-order.js';
import type { ImageSize } from '../model/annotated-image.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import { isFolder, listedNames } from './file-names.js';
import { ImageHeaderReader } from './image-header.js';

/** Endings that are tried for a picture, in this order. */
const IMAGE_ENDINGS: readonly string[] = [
  ...['.jpg', '.jpeg', '.png', '.bmp', '.webp'],
  ...['.JPG', '.JPEG', '.PNG', '.BMP', '.WEBP', '.tif', '.tiff', '.gif', '.TIF', '.TIFF', '.GIF'],
];

/** A picture that was found. */
export interface FoundImage {
  readonly fileName: string;
  /** Absolute path of its bytes; where the name is a link, of what it leads to. */
  readonly file: string;
  readonly size: ImageSize;
}

/** Pictures of one folder, looked up by name. */
export class ImageFolder {
  readonly #headers = new ImageHeaderReader();
  readonly #root: string;
  #names: Set<string> | undefined;
  readonly #links = new Set<string>();

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

  /** Name of the picture with this stem; undefined where there is none, or it was taken. */
  nameOf(stem: string): string | undefined {
    const names = (this.#names ??= this.#list());
    for (const ending of IMAGE_ENDINGS) if (names.has(stem + ending)) return stem + ending;
    return undefined;
  }

  /** Names of the pictures that nobody has taken by {@link find}, in order. */
  left(): readonly string[] {
    return [...(this.#names ??= this.#list())].sort(byCodePoint);
  }

  /** The folder is read once: asking it for one name after the other costs more than all else that is done with a picture. */
  #list(): Set<string> {
    return new Set(
      isFolder(this.folder) ? listedNames(this.folder, IMAGE_ENDINGS, (link) => this.#links.add(link)) : [],
    );
  }

  /**
   * The picture of a document. Where there is none, or it is no picture, the log is told.
   *
   * @param document - Path of the document, below the data set.
   */
  find(stem: string, document: string): FoundImage | undefined {
    const name = this.nameOf(stem);
    if (name !== undefined) {
      this.#names?.delete(name);
      return this.read(name, document);
    }
    this.problems.add(ProblemCode.NoImage, { file: document }, `there is no picture named '${stem}' in ${this.folder}`);
    return undefined;
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
    const isLink = this.#names ? this.#links.has(fileName) : lstatSync(path).isSymbolicLink();
    if (!isLink) return path;
    const real = realpathSync(path);
    if (real.startsWith(this.#root + sep)) return real;
    const message = `the picture '${fileName}' is a link that leads out of the data set; put the file itself there`;
    this.problems.add(ProblemCode.LeadsOutside, { file: document }, message);
    return undefined;
  }
}
