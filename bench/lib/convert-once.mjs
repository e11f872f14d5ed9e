/** `node convert-once.mjs SOURCE TARGET`: one conversion; prints the process's peak of memory, in kilobytes. */
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';

const [source, target] = process.argv.slice(2);
await new DatasetFormatRegistry().convert(source, target);
process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
