import { compareKeys } from './storage-key.js';
import type { StorageEntry } from './storage-options.js';

/** One thing in a folder, before anybody has looked closer. */
export interface FolderChild {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Folders of a file system, near or far. */
export interface FolderTree<C extends FolderChild> {
  /** What lies in a folder, in any order; nothing where there is none. */
  children(folder: string): Promise<readonly C[]>;
  /** A child as an entry; undefined for one that is not to be seen. */
  entryOf(key: string, child: C): Promise<StorageEntry | undefined>;
}

/** How many children are looked at together. */
const BATCH = 32;

/** What a provider of a file system lists: in the order that object stores have, where a folder stands as its name with a slash. */
export async function* walkFolders<C extends FolderChild>(
  tree: FolderTree<C>,
  folder: string,
  recursive: boolean,
): AsyncGenerator<StorageEntry> {
  const children = [...(await tree.children(folder))].sort((a, b) => compareKeys(sortNameOf(a), sortNameOf(b)));
  for (let first = 0; first < children.length; first += BATCH) {
    const batch = children.slice(first, first + BATCH).map((child) => ({ child, key: childKey(folder, child) }));
    const entries = await Promise.all(
      batch.map(({ child, key }) => (child.isFolder && recursive ? undefined : tree.entryOf(key, child))),
    );
    for (const [index, { child, key }] of batch.entries()) {
      const entry = entries[index];
      if (child.isFolder && recursive) yield* walkFolders(tree, key, recursive);
      else if (entry !== undefined) yield entry;
    }
  }
}

function sortNameOf({ name, isFolder }: FolderChild): string {
  return isFolder ? `${name}/` : name;
}

function childKey(folder: string, { name }: FolderChild): string {
  return folder === '' ? name : `${folder}/${name}`;
}
