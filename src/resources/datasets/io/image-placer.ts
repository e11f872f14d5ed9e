import { copyFileSync, constants, linkSync } from 'node:fs';

/** What happens with the pictures: a second name for the same bytes, a copy of them, or nothing. */
export const ImageHandling = { Link: 'link', Copy: 'copy', None: 'none' } as const;
export type ImageHandling = (typeof ImageHandling)[keyof typeof ImageHandling];

/** What a file system says that has no links, or not from there to here. */
const NO_LINKS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS']);

/** Puts pictures into the target. */
export class ImagePlacer {
  #copied = 0;

  constructor(readonly handling: ImageHandling = ImageHandling.Link) {}

  /** How many pictures were copied because they could not be linked. */
  get copiedInsteadOfLinked(): number {
    return this.#copied;
  }

  /** Takes over the count of another thread. */
  absorb(copied: number): void {
    this.#copied += copied;
  }

  place(file: string, target: string): void {
    if (this.handling === ImageHandling.None) return;
    if (this.handling === ImageHandling.Copy) return copy(file, target);
    try {
      linkSync(file, target);
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      copy(file, target);
      this.#copied++;
    }
  }
}

/** File systems that can share the bytes until one of the two is changed do so. */
function copy(file: string, target: string): void {
  copyFileSync(file, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}
