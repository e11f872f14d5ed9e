import { constants } from 'node:fs';
import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataUnit } from '../../../../resources/clients/backend/platform-records.js';
import type { Downloader } from '../../../../resources/files/downloads/downloader.js';
import { dmDocumentOf } from './dm-document.js';
import type { NameBook } from './name-book.js';
import { baseNameOf, filesOf, idOf, type UnitFile } from './unit-files.js';

/** Where units go. */
export interface UnitTarget {
  /** Folder of the documents. */
  readonly documents: string;
  /** Folder of the pictures and other files. */
  readonly originals: string;
  /** Folder that files are fetched into. It stays small: what a downloader looks through before each file. */
  readonly incoming: string;
  readonly names: NameBook;
  readonly downloader: Downloader;
}

/** A data unit on its way to the disk: names of its own, its files, then its document. */
export class UnitDownload {
  /** Files that are said to lie on this machine and do not. */
  readonly missing: string[] = [];
  readonly #unit: DataUnit;
  readonly #target: UnitTarget;
  readonly #made: string[] = [];
  readonly #files: (UnitFile & { readonly place: string })[] = [];
  #document = '';

  constructor(unit: DataUnit, target: UnitTarget) {
    this.#unit = unit;
    this.#target = target;
  }

  /** Takes the names of the unit, at once. A document finds its picture by the name, so the first file has the document's. */
  claim(): void {
    const { names, documents, originals } = this.#target;
    const unit = idOf(this.#unit);
    const files = filesOf(this.#unit);
    const base = baseNameOf(this.#unit, files);
    const taken = new Map([[base, names.take(base, unit)]]);
    const places = new Set<string>();
    this.#document = join(documents, `${taken.get(base)}.json`);
    for (const file of files) {
      const known = taken.get(file.stem);
      const isFree = known !== undefined && !places.has(known + file.ending);
      const stem = isFree ? known : names.take(file.stem, unit);
      taken.set(file.stem, known ?? stem);
      places.add(stem + file.ending);
      this.#files.push({ ...file, place: join(originals, stem + file.ending) });
    }
  }

  /** Fetches the files and writes the document. */
  async run(signal: AbortSignal): Promise<void> {
    for (const file of this.#files) await this.#fetch(file, signal);
    this.#made.push(this.#document);
    await writeFile(this.#document, dmDocumentOf(this.#unit.annotations));
  }

  /** Takes away what there is of the unit. */
  async discard(): Promise<void> {
    for (const path of this.#made) await rm(path, { force: true });
  }

  async #fetch({ source, isUrl, place }: UnitFile & { readonly place: string }, signal: AbortSignal): Promise<void> {
    const { originals, incoming, downloader } = this.#target;
    if (!isUrl && !(await isFile(source))) {
      this.missing.push(source);
      return;
    }
    this.#made.push(place);
    if (!isUrl) return copyFile(source, place, constants.COPYFILE_FICLONE);
    // Under a name that no other has: which ending it gets is the downloader's to say.
    const name = place.slice(originals.length + 1);
    await rename(await downloader.download(source, incoming, { name, signal }), place);
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
