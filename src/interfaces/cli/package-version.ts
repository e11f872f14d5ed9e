import { readFileSync } from 'node:fs';

/** The package's version. Looked up from this file upwards: the bundle lies at another depth than the sources. */
export function packageVersion(): string {
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const found = readPackage(new URL('package.json', folder));
    if (found?.name === 'nest-synapse') return found.version;
  }
  return '0.0.0';
}

function readPackage(file: URL): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
  } catch {
    return undefined;
  }
}
