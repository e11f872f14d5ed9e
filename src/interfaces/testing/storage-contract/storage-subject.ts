import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransferProgress } from '../../../resources/storage/storage-options.js';
import type { StorageProvider } from '../../../resources/storage/storage-provider.interface.js';
import type { TestFrame } from '../../../runtime/run-store/test-frame.js';

/** What some protocols or servers do not do. A storage that cannot list or remove at all must refuse it with `SYN_STORAGE_UNSUPPORTED`. */
export type StorageFeature = 'listing' | 'removal' | 'listing of hidden files';

/** How the storage under test is made. */
export interface StorageSubject {
  /** A storage with nothing in it. The suite closes it. */
  readonly create: () => StorageProvider | Promise<StorageProvider>;
  /** What its protocol has no way to do. @defaultValue nothing */
  readonly lacks?: readonly StorageFeature[];
  /** How many files stand for more than one page of a listing. @defaultValue 1,100 */
  readonly manyFiles?: number;
}

/** One case at work: its storage, and a folder of its own. */
export interface StorageScene {
  readonly storage: StorageProvider;
  /** Absolute path of an empty local folder. */
  readonly folder: string;
}

/** Where the cases find what is made before each of them. */
export type SceneOf = () => StorageScene;

/** Makes a storage and a folder before each case, and takes them away after it. */
export function sceneOf({ beforeEach, afterEach }: TestFrame, { create }: StorageSubject): SceneOf {
  let scene: StorageScene | undefined;
  beforeEach(async () => {
    scene = { storage: await create(), folder: mkdtempSync(join(tmpdir(), 'synapse-storage-')) };
  });
  afterEach(async () => {
    await scene?.storage.close();
    rmSync(scene?.folder ?? '', { recursive: true, force: true });
    scene = undefined;
  });
  return () => {
    if (scene === undefined) throw new Error('no case is running');
    return scene;
  };
}

/** The keys below a folder, as they are listed. */
export async function keysIn(storage: StorageProvider, folder = '', recursive = true): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, kind } of storage.list(folder, { recursive })) keys.push(kind === 'file' ? key : `${key}/`);
  return keys;
}

/** All of an object as text. */
export function textOf(storage: StorageProvider, key: string): Promise<string> {
  return storage.getPath(key).readText();
}

/** What happened to a promise: its error, or that there was none. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (thrown) {
    return thrown;
  }
  return 'no failure';
}

/** What a transfer has told of itself. */
export class ProgressLog {
  readonly told: TransferProgress[] = [];
  readonly onProgress = (progress: TransferProgress): void => void this.told.push(progress);

  get last(): TransferProgress | undefined {
    return this.told.at(-1);
  }

  /** Whether the bytes went on with every report, and never back. */
  get isRising(): boolean {
    return this.told.every(
      ({ transferredBytes }, index) => transferredBytes >= (this.told[index - 1]?.transferredBytes ?? 0),
    );
  }
}

/** Bytes that differ from place to place, the same for the same seed. */
export function patternOf(length: number, seed = 1): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
