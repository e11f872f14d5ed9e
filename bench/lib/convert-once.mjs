/** `node convert-once.mjs SOURCE TARGET [FORMAT]`: one conversion; prints the process's peak of memory, in kilobytes. */
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';
import { peakKilobytes } from './peak-memory.mjs';

const [source, target, to] = process.argv.slice(2);
await new DatasetFormatRegistry().convert(source, target, { to });
process.stdout.write(`${peakKilobytes()}\n`);
