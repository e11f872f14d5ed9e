import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../../../../../test/run-in-child.js';

/** Writes, uploads, copies and moves in a process that notes what it asks of the disk: what is brought down to it, and when a name is given. */
const NOTED = `import { promises } from 'node:fs';
import { basename } from 'node:path';
import { syncBuiltinESMExports } from 'node:module';
import { readlinkSync } from 'node:fs';
import { LocalStorage } from 'nest-synapse';

export default async ({ configuration, source }) => {
  const notes = [];
  const handle = await promises.open(source);
  const { prototype } = handle.constructor;
  await handle.close();
  const { sync } = prototype;
  prototype.sync = async function () {
    const isFolder = (await this.stat()).isDirectory();
    notes.push(isFolder ? 'folder ' + basename(readlinkSync('/proc/self/fd/' + this.fd)) : 'bytes');
    return sync.call(this);
  };
  const { rename, utimes } = promises;
  promises.rename = (from, to) => (notes.push('name ' + basename(to)), rename(from, to));
  promises.utimes = (path, ...times) => (notes.push('time'), utimes(path, ...times));
  syncBuiltinESMExports();
  const storage = new LocalStorage(configuration);
  await storage.write('in/new/a', 'x');
  await storage.upload(source, 'b');
  await storage.move('b', 'in/c');
  return notes;
};`;

describe('durable_writes of a local storage', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-durable-'));
    writeFileSync(join(folder, 'source'), 'source', { mode: 0o444 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const notesWith = (durable_writes?: boolean): Promise<string[]> => {
    const configuration = { location: join(folder, 'base'), durable_writes };
    return runInChild<string[]>(NOTED, { input: { configuration, source: join(folder, 'source') } });
  };
  const isWritten = (): boolean => readFileSync(join(folder, 'base/in/c'), 'utf8') === 'source';

  // Folders are followed by their descriptors, which only Linux shows.
  (process.platform === 'linux' ? it : it.skip)(
    'brings bytes to the disk before they get their name, and the name, with those of new folders, before the write is done',
    async () => {
      const parent = folder.split('/').at(-1) ?? '';

      expect(await notesWith(true)).toEqual([
        ...['bytes', 'name a', 'folder new', 'folder in', 'folder base', `folder ${parent}`],
        ...['bytes', 'time', 'name b', 'folder base'], // others may take a file with an old time for one that was left behind
        ...['name c', 'folder in', 'folder base'],
      ]);
      expect(isWritten()).toBe(true);
    },
    60_000,
  );

  it('is not asked for by default: names are given, and the system writes when it likes', async () => {
    expect(await notesWith()).toEqual(['name a', 'time', 'name b', 'name c']);
    expect(isWritten()).toBe(true);
  }, 60_000);
});
