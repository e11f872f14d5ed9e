import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeJson } from './safe-json.js';

/**
 * Writes what could not be delivered to a file of its own, one JSON value a line, readable by this user only.
 *
 * @param subject - What the items belong to; part of the file's name.
 * @returns the file's path, or undefined when the disk refused as well.
 */
export function saveUnsent(subject: string, items: readonly unknown[], directory = tmpdir()): string | undefined {
  const name = subject.replace(/[^\w.-]/g, '_').slice(0, 100);
  const path = join(directory, `synapse-unsent-${name}-${randomUUID()}.ndjson`);
  try {
    writeFileSync(path, items.map((item) => `${safeJson(item)}\n`).join(''), { mode: 0o600, flag: 'wx' });
    return path;
  } catch {
    return undefined;
  }
}
