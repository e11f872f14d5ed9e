/** `node transfer-once.mjs PROVIDER CONFIGURATION SOURCE TARGET`: a file up and down again; prints the process's peak of memory, in kilobytes. */
import { getStorage } from '../../dist/resources/storage/registry/shortcuts.js';

const [provider, configuration, source, target] = process.argv.slice(2);
const storage = await getStorage({ provider, configuration: JSON.parse(configuration) });
await storage.upload(source, 'peak');
await storage.download('peak', target);
await storage.close();
process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
