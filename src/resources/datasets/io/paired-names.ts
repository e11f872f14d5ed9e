import { isFolder, listedNames, stemOf } from './file-names.js';
import { NameList, type SharedNames, sharedNumbers } from './name-list.js';

/** Endings that are tried for a picture, in this order. */
const IMAGE_ENDINGS: readonly string[] = [
  ...['.jpg', '.jpeg', '.png', '.bmp', '.webp'],
  ...['.JPG', '.JPEG', '.PNG', '.BMP', '.WEBP', '.tif', '.tiff', '.gif', '.TIF', '.TIFF', '.GIF'],
];
const RANKS: ReadonlyMap<string, number> = new Map(IMAGE_ENDINGS.map((ending, rank) => [ending, rank]));
const NONE = 0xffff_ffff;

/** The names of a part as threads hand them to each other. */
export interface SharedPairs {
  readonly documents: SharedNames;
  readonly images: SharedNames;
  readonly pictures: Uint32Array<SharedArrayBuffer>;
  readonly special: ReadonlySet<string>;
}

/**
 * Names of the documents and pictures of one part, and which picture each document has. Folders are read once: asking them for one name after the
 * other costs more than all else that is done with a picture.
 */
export class PairedNames {
  /** By place of a picture: 1 where it belongs to a document. */
  readonly #taken: Uint8Array;

  private constructor(
    readonly documents: NameList,
    private readonly images: NameList,
    /** By place of a document: the place of its picture. */
    private readonly pictures: Uint32Array,
    /** Names that are no plain files: what they are or lead to has to be asked. */
    readonly special: ReadonlySet<string>,
  ) {
    this.#taken = new Uint8Array(images.length);
    for (const picture of pictures) if (picture !== NONE) this.#taken[picture] = 1;
  }

  /** @param ending - That of the documents. */
  static listed(folders: { readonly documents: string; readonly images: string }, ending: string): PairedNames {
    // One set for both: documents and pictures have other endings.
    const special = new Set<string>();
    const namesIn = (folder: string, endings: readonly string[]): NameList =>
      new NameList(isFolder(folder) ? listedNames(folder, endings, (name) => void special.add(name)) : []);
    const [documents, images] = [namesIn(folders.documents, [ending]), namesIn(folders.images, IMAGE_ENDINGS)];
    const pictures = new Uint32Array(documents.length);
    for (let place = 0; place < pictures.length; place++) pictures[place] = bestOf(images, stemOf(documents.at(place)));
    return new PairedNames(documents, images, pictures, special);
  }

  /** The names that another thread has shared. */
  static of({ documents, images, pictures, special }: SharedPairs): PairedNames {
    return new PairedNames(NameList.of(documents), NameList.of(images), pictures, special);
  }

  share(): SharedPairs {
    const [documents, images] = [this.documents.share(), this.images.share()];
    return { documents, images, pictures: sharedNumbers(this.pictures), special: this.special };
  }

  /** The picture of the document at a place; undefined where there is none. */
  pictureOf(place: number): string | undefined {
    const picture = this.pictures[place] ?? NONE;
    return picture === NONE ? undefined : this.images.at(picture);
  }

  /** Places of the pictures that no document has, in order. */
  *left(): Generator<number> {
    for (let place = 0; place < this.#taken.length; place++) if (this.#taken[place] === 0) yield place;
  }

  /** The picture at one of the places of {@link left}; a second one where a document or a picture before has its name but for the ending. */
  leftAt(place: number): { readonly name: string; readonly isSecond: boolean } {
    const name = this.images.at(place);
    const stem = stemOf(name);
    const [first, behind] = this.images.placesOf(`${stem}.`);
    for (let other = first; other < behind; other++) {
      const mayBeSame = other < place || this.#taken[other] === 1;
      if (mayBeSame && stemOf(this.images.at(other)) === stem) return { name, isSecond: true };
    }
    return { name, isSecond: false };
  }
}

/** Place of the picture for a document; the ending decides where there are several. */
function bestOf(images: NameList, stem: string): number {
  const [first, behind] = images.placesOf(`${stem}.`);
  let [best, bestRank] = [NONE, Infinity];
  for (let place = first; place < behind; place++) {
    const rank = rankOf(images.at(place).slice(stem.length));
    if (rank < bestRank) [best, bestRank] = [place, rank];
  }
  return best;
}

/** Endings in other letters, like `.Jpg`, come after all others. */
function rankOf(ending: string): number {
  return RANKS.get(ending) ?? IMAGE_ENDINGS.length + (RANKS.get(ending.toLowerCase()) ?? Infinity);
}
