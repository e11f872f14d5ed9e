import { lstatSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { ImageSize } from '../model/annotated-image.js';
import { ProblemCode, type ProblemLog } from '../report/problem-log.js';
import { isFolder, listedNames } from './file-names.js';
import { ImageHeaderReader } from './image-header.js';
import { NameList } from './name-list.js';

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

const RANKS: ReadonlyMap<string, number> = new Map(IMAGE_ENDINGS.map((ending, rank) => [ending, rank]));

/** Pictures of one folder, looked up by name. */
export class ImageFolder {
  readonly #headers = new ImageHeaderReader();
  readonly #root: string;
  #names: NameList | undefined;
  /** By place in the names: 1 where the picture belongs to a document. */
  #taken = new Uint8Array(0);
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

  /** Takes the picture with this stem for a document; its name, or undefined where there is none. */
  take(stem: string): string | undefined {
    const names = this.#list();
    const [first, behind] = names.placesOf(`${stem}.`);
    let [best, bestRank] = ['', Infinity];
    let bestPlace = -1;
    for (let place = first; place < behind; place++) {
      const name = names.at(place);
      const rank = RANKS.get(name.slice(stem.length)) ?? Infinity;
      if (rank < bestRank) [best, bestRank, bestPlace] = [name, rank, place];
    }
    if (bestPlace === -1) return undefined;
    this.#taken[bestPlace] = 1;
    return best;
  }

  /** Names of the pictures that no document has taken, in order. */
  *left(): Generator<string> {
    const names = this.#list();
    for (let place = 0; place < names.length; place++) if (this.#taken[place] === 0) yield names.at(place);
  }

  /** The folder is read once: asking it for one name after the other costs more than all else that is done with a picture. */
  #list(): NameList {
    if (this.#names) return this.#names;
    const onLink = (link: string): void => void this.#links.add(link);
    this.#names = new NameList(isFolder(this.folder) ? listedNames(this.folder, IMAGE_ENDINGS, onLink) : []);
    this.#taken = new Uint8Array(this.#names.length);
    return this.#names;
  }

  /**
   * The picture of a document. Where there is none, or it is no picture, the log is told.
   *
   * @param document - Path of the document, below the data set.
   */
  find(stem: string, document: string): FoundImage | undefined {
    const name = this.take(stem);
    if (name !== undefined) return this.read(name, document);
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
