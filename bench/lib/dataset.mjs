import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CLASSES = Array.from({ length: 10 }, (_, index) => `class ${index}`);

/** The head of a PNG picture of 1024x768 pixels; nobody looks at more of it. */
export const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452000004000000030008020000009d4a1d22', 'hex');

/** A folder in memory where the machine has such, so that no disk is measured. */
export function benchFolder() {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'synapse-bench-'));
}

/** Writes a DM v2 data set of so many pictures with 20 boxes each. */
export function writeDm(folder, count) {
  for (const name of ['json', 'original_files']) mkdirSync(`${folder}/${name}`, { recursive: true });
  for (let index = 0; index < count; index++) {
    const stem = `picture_${String(index).padStart(6, '0')}`;
    const bounding_box = Array.from({ length: 20 }, (_, at) => {
      const data = [((index * 7 + at * 31) % 800) + 0.25, (index * 3 + at * 17) % 600, 20 + at * 3.5, 30 + at];
      return { id: `box_${at}`, classification: CLASSES[(index + at) % CLASSES.length], attrs: [], data };
    });
    const images = [{ bounding_box, polygon: [], keypoint: [], polyline: [], relation: [], group: [] }];
    writeFileSync(
      `${folder}/json/${stem}.json`,
      JSON.stringify({ classification: { bounding_box: CLASSES }, images }, null, 2),
    );
    writeFileSync(`${folder}/original_files/${stem}.png`, PICTURE);
  }
}
