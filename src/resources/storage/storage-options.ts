import type { HashAlgorithm } from '../files/checksums/hash-algorithms.js';

/** How far a transfer has come. The bytes never go back, and reach the total when it is done. */
export interface TransferProgress {
  readonly transferredBytes: number;
  /** Undefined where nobody knows it before the end, as with a stream. */
  readonly totalBytes: number | undefined;
}

/** What every call can be given. */
export interface StorageCallOptions {
  /** Ends the call, which then fails with the signal's reason and leaves nothing half-done. */
  readonly signal?: AbortSignal;
  /** How often a request that failed in passing is made again, in a row without progress, 0 to 100. @defaultValue 4 */
  readonly retries?: number;
}

/** What every call that moves bytes can be given. */
export interface TransferOptions extends StorageCallOptions {
  /** Called as bytes are moved, and at the end with all of them. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** How an object is written. */
export interface WriteOptions extends TransferOptions {
  /** @defaultValue what the key's suffix says, else `application/octet-stream` */
  readonly contentType?: string;
  /** How many bytes a stream has. Another number of them is an error, and nothing is kept. @defaultValue unknown */
  readonly sizeBytes?: number;
}

/** How a file is uploaded. */
export interface UploadOptions extends Omit<WriteOptions, 'sizeBytes'> {
  /** Keeps the parts of a failed upload, for the next one of the same file and key to go on from, where the provider can. @defaultValue false */
  readonly keepsPartial?: boolean;
}

/** How an object is read. */
export interface ReadOptions extends TransferOptions {
  /** First byte. @defaultValue 0 */
  readonly start?: number;
  /** The byte behind the last one, as in `slice`; behind the end is no error. @defaultValue all of them */
  readonly end?: number;
}

/** How an object is downloaded. */
export interface DownloadObjectOptions extends TransferOptions {
  /** The digest that the bytes must have, in hex. */
  readonly digest?: { readonly algorithm: HashAlgorithm; readonly value: string };
  /** Keeps what came when it fails, in a hidden file beside, for the next download of the same to go on from. @defaultValue false */
  readonly keepsPartial?: boolean;
}

/** How keys are listed. */
export interface ListOptions extends StorageCallOptions {
  /** Whether the files of all folders below are listed, and no folders; otherwise what lies directly in the folder, folders too. @defaultValue true */
  readonly recursive?: boolean;
}

/** Which digest of an object is wanted. */
export interface ObjectChecksumOptions extends TransferOptions {
  /** @defaultValue 'md5', as the platform names its files */
  readonly algorithm?: HashAlgorithm;
}

/** What lies in a storage: a file, or a folder, which in object stores is the common beginning of some keys. */
export interface StorageEntry {
  /** Relative to the storage's root, `/` between its parts, no slash at the ends. */
  readonly key: string;
  readonly kind: 'file' | 'folder';
  /** 0 for a folder. */
  readonly sizeBytes: number;
  /** When it was written last, where the storage says so. */
  readonly modifiedAt?: Date;
  /** Changes with the content, where the storage has one; without quotes. */
  readonly etag?: string;
  /** Only `stat` says it, and only where the storage keeps it. */
  readonly contentType?: string;
}
