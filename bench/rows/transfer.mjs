import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getStorage } from '../../dist/index.js';
import { curlDownload, curlUpload, plainClient, sdkDownload, sdkUpload } from '../baselines/transfers.mjs';
import { startMoto } from '../lib/moto.mjs';

const BYTES = 500_000_000;
const MAX_PEAK_MB = 200;
const script = (name) => fileURLToPath(new URL(`../lib/${name}.mjs`, import.meta.url));

/** Memory where it has room for all that a row writes, so that no disk is measured. */
function roomiest() {
  if (!existsSync('/dev/shm')) return tmpdir();
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize > 8 * BYTES ? '/dev/shm' : tmpdir();
}

function files() {
  const folder = mkdtempSync(join(roomiest(), 'synapse-bench-transfer-'));
  writeFileSync(join(folder, 'source'), Buffer.alloc(BYTES, 'synapse storage '));
  return { folder, source: join(folder, 'source'), target: join(folder, 'target') };
}

async function setupS3() {
  const server = await startMoto();
  const { endpoint: endpoint_url, bucket: bucket_name } = server;
  const configuration = { bucket_name, access_key: 'key', secret_key: 'secret', region_name: '', endpoint_url };
  const storage = await getStorage({ provider: 's3', configuration });
  const client = plainClient(endpoint_url);
  return { ...files(), provider: 's3', configuration, storage, client, bucket: bucket_name, stop: server.stop };
}

async function setupHttp() {
  const { folder, ...paths } = files();
  const server = fork(script('upload-server'), { env: { ...process.env, TMPDIR: folder } });
  const [base] = await once(server, 'message');
  const configuration = { base_url: `${base}/files/`, timeout: 30, headers: {}, upload_mode: 'form' };
  const storage = await getStorage({ provider: 'http', configuration });
  return { ...paths, folder, provider: 'http', configuration, storage, stop: () => server.kill() };
}

async function teardown({ storage, client, stop, folder } = {}) {
  await storage?.close();
  client?.destroy();
  stop?.();
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** The time of the work alone: what it made is looked at and taken away on nobody's account. */
async function timed({ storage, target }, work) {
  const startedAt = performance.now();
  await work();
  const elapsedMs = performance.now() - startedAt;
  const size = existsSync(target) ? statSync(target).size : (await storage.stat('up')).sizeBytes;
  if (size !== BYTES) throw new Error(`${size} bytes were moved`);
  if (existsSync(target)) rmSync(target);
  else await storage.delete('up');
  return elapsedMs;
}

async function withObject(context) {
  await context.storage.upload(context.source, 'down');
  return context;
}

const common = { id: 'transfer', baseline: 'transfers', reach: 1.2, rounds: 3, teardown };
const peak = (name, setup) => ({
  id: 'transfer',
  case: `${name}, peak of memory, 500 MB up and down`,
  reach: MAX_PEAK_MB,
  unit: 'MB',
  rounds: 1,
  setup,
  teardown,
  measure: ({ provider, configuration, source, target }) => {
    const words = [script('transfer-once'), provider, JSON.stringify(configuration), source, target];
    return Number(execFileSync(process.execPath, words, { encoding: 'utf8' })) / 1_024;
  },
});

export default [
  {
    ...common,
    case: 'S3, upload of 500 MB',
    setup: setupS3,
    ours: (context) => timed(context, () => context.storage.upload(context.source, 'up')),
    base: (context) => timed(context, () => sdkUpload(context.client, context.bucket, 'up', context.source)),
  },
  {
    ...common,
    case: 'S3, download of 500 MB',
    setup: async () => withObject(await setupS3()),
    ours: (context) => timed(context, () => context.storage.download('down', context.target)),
    base: (context) => timed(context, () => sdkDownload(context.client, context.bucket, 'down', context.target)),
  },
  peak('S3', setupS3),
  {
    ...common,
    case: 'HTTP, upload of 500 MB',
    setup: setupHttp,
    ours: (context) => timed(context, () => context.storage.upload(context.source, 'up')),
    base: (context) => timed(context, () => curlUpload(context.storage.getUrl('up'), context.source)),
  },
  {
    ...common,
    case: 'HTTP, download of 500 MB',
    setup: async () => withObject(await setupHttp()),
    ours: (context) => timed(context, () => context.storage.download('down', context.target)),
    base: (context) => timed(context, () => curlDownload(context.storage.getUrl('down'), context.target)),
  },
  peak('HTTP', setupHttp),
];
