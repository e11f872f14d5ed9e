/** `node transfer-once.mjs PROVIDER CONFIGURATION SOURCE TARGET`: a file up and down again; prints the process's peak of memory, in kilobytes. */
import { peakKilobytes } from './peak-memory.mjs';

const CLASSES = {
  s3: async () => (await import('../../dist/resources/storage/providers/s3/s3-storage.js')).S3Storage,
  http: async () => (await import('../../dist/resources/storage/providers/http/http-storage.js')).HTTPStorage,
};
const [provider, configuration, source, target] = process.argv.slice(2);
const Provider = await CLASSES[provider]();
const storage = new Provider(JSON.parse(configuration));
await storage.upload(source, 'peak');
await storage.download('peak', target);
await storage.close();
process.stdout.write(`${peakKilobytes()}\n`);
