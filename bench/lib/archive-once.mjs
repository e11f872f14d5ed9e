/** `node archive-once.mjs create|extract SOURCE TARGET`: one archive; prints the process's peak of memory, in kilobytes. */
import { createArchive } from '../../dist/resources/files/archives/create-archive.js';
import { extractArchive } from '../../dist/resources/files/archives/extract-archive.js';
import { peakKilobytes } from './peak-memory.mjs';

const [work, source, target] = process.argv.slice(2);
await (work === 'create' ? createArchive : extractArchive)(source, target);
process.stdout.write(`${peakKilobytes()}\n`);
