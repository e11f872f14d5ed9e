/** `node upload-server.mjs`: an application for uploads in a process of its own; prints its URL, and ends with its parent. */
import { loadTestSources } from './test-sources.mjs';

loadTestSources();
const { UploadServer } = await import('../../test/integration/storage/servers/upload-server.ts');
const server = await new UploadServer().start();
process.on('disconnect', () => server.stop().then(() => process.exit()));
process.send(server.base);
