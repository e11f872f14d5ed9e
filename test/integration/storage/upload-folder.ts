import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one test: a file to upload, and where this machine keeps what it knows of uploads. */
export class UploadFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'synapse-uploads-'));
  readonly source = join(this.path, 'source');

  constructor(bytes: Uint8Array) {
    process.env['SYNAPSE_TEMP_DIR'] = join(this.path, 'temp');
    writeFileSync(this.source, bytes);
  }

  /** What is known of uploads that are not over; none where none has begun, so that a test says what it lacks and not that a folder is missing. */
  get records(): string[] {
    const place = join(this.path, 'temp/uploads');
    return existsSync(place) ? readdirSync(place) : [];
  }

  remove(): void {
    delete process.env['SYNAPSE_TEMP_DIR'];
    rmSync(this.path, { recursive: true, force: true });
  }
}
