import { extname, sep } from 'node:path';
import { stemOf } from '../../io/file-names.js';
import { type FoundImage, ImageFolder } from '../../io/image-folder.js';
import { NameTable } from '../../io/name-table.js';
import type { AnnotatedImage, ImageSize } from '../../model/annotated-image.js';
import type { ReadJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';
import type { COCOFile } from './coco-layout.js';
import type { ListedImage } from './coco-survey.js';

/** Finds the pictures that a COCO file lists, and gives each a name of its own. */
export class COCOPictures {
  readonly #stems = new NameTable();
  readonly #folders = new Map<string, ImageFolder>();
  /** The folder that the last picture was found in: the next one is most likely there. */
  #lastFolder: string | undefined;

  constructor(
    private readonly job: ReadJob,
    private readonly file: COCOFile,
    /** The file as messages name it. */
    private readonly document: string,
    /** Files of this data set by the pictures that they have, each by its part and name. */
    private readonly owners: Map<string, string> | undefined,
  ) {}

  /** Whether no other file has a picture of this name in the same part. Annotations of one picture cannot be put together from two files. */
  isFirst(name: string): boolean {
    if (!this.owners) return true;
    const key = JSON.stringify([this.file.split, name]);
    const owner = this.owners.get(key);
    if (owner === undefined) this.owners.set(key, this.document);
    if (owner === undefined || owner === this.document) return true;
    const message = `the picture '${name}' is in ${owner} as well; convert the two files one after the other, each by its own path`;
    this.job.problems.add(ProblemCode.DuplicateStem, { file: this.document }, message);
    return false;
  }

  /** The picture's file; a data set without any folder of pictures has annotations only. */
  locate({ name, size }: ListedImage): Pick<AnnotatedImage, 'file' | 'size'> | undefined {
    const plain = name.split(/[/\\]/).join(sep);
    const folders = this.#lastFolder === undefined ? [] : [this.#lastFolder];
    for (const path of [...folders, ...this.file.imageFolders]) {
      const folder = this.#folderAt(path);
      const entry = folder.entryOf(plain);
      if (!entry) continue;
      this.#lastFolder = path;
      const found = folder.read(plain, this.document, entry.isLink);
      return found && this.#isAsListed(found, size) ? { file: found.file, size: found.size } : undefined;
    }
    if (this.job.mayLackImages) return { file: null, size };
    const message = `there is no picture '${name}' beside it`;
    this.job.problems.add(ProblemCode.NoImage, { file: this.document }, message);
    return undefined;
  }

  /** Names below folders become plain ones, and such as differ in their ending only get it into the name. */
  uniqueName(path: string): Pick<AnnotatedImage, 'stem' | 'fileName'> {
    let fileName = path.split(/[/\\]/).join('_');
    for (let copy = 1; this.#stems.has(stemOf(fileName)); copy++) {
      fileName = `${stemOf(path.split(/[/\\]/).join('_'))}_${extname(path).slice(1)}${copy === 1 ? '' : copy}${extname(path)}`;
    }
    if (fileName !== path)
      this.job.losses.add('file_name', `names become unique and plain, e.g. ${fileName}`, () => path);
    const stem = stemOf(fileName);
    this.#stems.add(stem);
    return { stem, fileName };
  }

  #folderAt(path: string): ImageFolder {
    let folder = this.#folders.get(path);
    if (!folder) this.#folders.set(path, (folder = new ImageFolder(path, path, this.job.problems)));
    return folder;
  }

  #isAsListed({ fileName, size }: FoundImage, listed: ImageSize): boolean {
    if (size.width === listed.width && size.height === listed.height) return true;
    const isTurned = size.width === listed.height && size.height === listed.width;
    const cause = isTurned ? '; it was annotated as its EXIF data turns it' : '';
    const message = `'${fileName}' has ${size.width}x${size.height} pixels, and is listed with ${listed.width}x${listed.height}${cause}`;
    this.job.problems.add(ProblemCode.WrongSize, { file: this.document }, message);
    return false;
  }
}
