import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder of its own that stores keep large values in, as a storage. */
export class BlobPlace {
  readonly path = mkdtempSync(join(tmpdir(), 'synapse-blobs-'));

  get url(): string {
    return pathToFileURL(this.path).href;
  }

  /** All files in it. */
  files(): string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
