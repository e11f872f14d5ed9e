import type { ArchiveFilter } from './archive-filter.js';

/** Hears how far work on files has come: after each file, from 1. */
export type ProgressCallback = (current: number, total: number) => void;

/** What an archive is: its suffix says so where the caller does not. */
export const ArchiveFormat = { Zip: 'zip', TarGz: 'tar.gz' } as const;
export type ArchiveFormat = (typeof ArchiveFormat)[keyof typeof ArchiveFormat];

/** How members of a zip are kept. */
export const ArchiveCompression = { Stored: 'stored', Deflated: 'deflated' } as const;
export type ArchiveCompression = (typeof ArchiveCompression)[keyof typeof ArchiveCompression];

/** What to do with symbolic links in the folder. */
export const LinkHandling = { Store: 'store', Skip: 'skip', Fail: 'fail' } as const;
export type LinkHandling = (typeof LinkHandling)[keyof typeof LinkHandling];

/** How an archive is made, whatever its files are chosen by. */
export interface PackOptions {
  /** @defaultValue by the archive's name: `.tar.gz` and `.tgz` are tar.gz, everything else zip */
  readonly format?: ArchiveFormat;
  /** Members of a zip whose kind is compressed already, e.g. JPEG, are stored in any case. @defaultValue 'deflated' */
  readonly compression?: ArchiveCompression;
  /** 0 (fast) to 9 (small). @defaultValue 6 */
  readonly level?: number;
  /** A link is stored as a link and never followed, left out, or an error. @defaultValue 'store' */
  readonly links?: LinkHandling;
  /** Called after each file. */
  readonly onProgress?: ProgressCallback;
  /** Ends the work; nothing is left at the target. */
  readonly signal?: AbortSignal;
}

/** How an archive of a folder is made. */
export interface CreateArchiveOptions extends PackOptions {
  /** Which files belong into it. @defaultValue `new ArchiveFilter()`: all but the default excludes */
  readonly filter?: ArchiveFilter;
}

/** Limits of what is extracted, each of them checked before and while bytes are written. */
export interface ExtractionLimits {
  /** Most members. @defaultValue 1,000,000 */
  readonly maxMembers?: number;
  /** Most bytes in all members together. @defaultValue 68,719,476,736 (64 GiB) */
  readonly maxBytes?: number;
  /** Most bytes for each byte of the archive; what is below 16 MiB in all passes. @defaultValue 200 */
  readonly maxRatio?: number;
}

/** How an archive is extracted. */
export interface ExtractArchiveOptions extends ExtractionLimits {
  /** @defaultValue by the archive's first bytes */
  readonly format?: ArchiveFormat;
  /**
   * Puts the new folder in place of one that has something in it; otherwise that is an error. Never of one that is or holds the archive, the working
   * folder or the home folder.
   *
   * @defaultValue false
   */
  readonly overwrite?: boolean;
  /** Makes links whose target stays inside the folder; otherwise any link is an error, and one that leads out always is. @defaultValue true */
  readonly allowsLinks?: boolean;
  /** Called after each member. */
  readonly onProgress?: ProgressCallback;
  /** Ends the work; nothing is left at the target. */
  readonly signal?: AbortSignal;
}
