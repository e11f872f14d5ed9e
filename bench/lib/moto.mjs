import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BenchSkip } from './row.mjs';

const REQUIREMENTS = fileURLToPath(new URL('../../test/integration/storage/requirements.txt', import.meta.url));
const NAMES = ['python3.14', 'python3.13', 'python3.12', 'python3'];
const START_LIMIT_MS = 60_000;

/** A service that speaks S3, on this machine, with one bucket. @throws BenchSkip on a machine without Python, or where pip cannot. */
export async function startMoto() {
  const port = await freePort();
  const child = spawn(programPath(), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  await untilBucket(`${endpoint}/bench`, child);
  return { endpoint, bucket: 'bench', stop };
}

/** The server out of an environment that is made once, in the user's cache, for these pins. */
function programPath() {
  const given = process.env.SYNAPSE_TEST_STORAGE_PYTHON;
  const ready = given && join(dirname(given), 'moto_server');
  if (ready && existsSync(ready)) return ready;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const pins = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(cache, 'synapse-bench', `storage-${pins}`);
  const complete = join(folder, 'complete');
  if (!existsSync(complete)) {
    makeEnvironment(folder);
    writeFileSync(complete, '');
  }
  return join(folder, 'bin', 'moto_server');
}

function makeEnvironment(folder) {
  const python = [...NAMES, ...ofVersionManagers()].find(isNewEnough);
  if (!python) throw new BenchSkip('needs Python 3.12 or newer, for the server that stands for S3');
  try {
    execFileSync(python, ['-m', 'venv', '--clear', folder], { stdio: 'ignore' });
    const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
    execFileSync(join(folder, 'bin', 'python'), words, { stdio: 'ignore' });
  } catch {
    throw new BenchSkip('needs the server that stands for S3, which pip could not install');
  }
}

function ofVersionManagers() {
  const folders = [join(homedir(), '.pyenv'), '/usr/local/pyenv', '/opt/pyenv'].map((root) => join(root, 'versions'));
  const versions = folders
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return versions.map((version) => join(version, 'bin', 'python3')).reverse();
}

function isNewEnough(python) {
  try {
    execFileSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 12))'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The server says in no other way that it is ready. */
async function untilBucket(url, child) {
  for (const deadline = performance.now() + START_LIMIT_MS; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url, { method: 'PUT' }).catch(() => undefined);
    if (answer?.ok) return;
  }
  child.kill('SIGKILL');
  throw new Error(`moto did not start at ${url}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
