import { plainToInstance } from 'class-transformer';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf, keysIn, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { SFTPStorage } from '../../../src/resources/storage/providers/sftp/sftp-storage.js';
import { SFTPStorageConfig } from '../../../src/resources/storage/providers/sftp/sftp-storage-config.js';
import { describeWithServer } from './describe-with-server.js';
import { FaultyProxy } from './servers/faulty-proxy.js';
import { SftpServer } from './servers/sftp-server.js';

jest.setTimeout(60_000); // guards against a hang only

const BYTES = patternOf(4 * 1024 * 1024);

describeWithServer('SFTPStorage on a server that renames to free names only', 'OpenSSH', () => {
  let server: SftpServer;
  let proxy: FaultyProxy;
  let root: string;
  let storage: SFTPStorage;
  beforeAll(async () => {
    server = await SftpServer.start(['posix-rename']);
  });
  beforeEach(async () => {
    proxy = await FaultyProxy.to(server.port);
    root = server.makeRoot();
    storage = new SFTPStorage(plainToInstance(SFTPStorageConfig, server.configurationOf(proxy.port, root)));
  });
  afterEach(async () => {
    await storage.close();
    await proxy.close();
  });
  afterAll(() => server.remove());

  const inRoot = (): string[] => readdirSync(root);
  const textIn = (name: string): string => readFileSync(join(root, name), 'utf8');
  /** Cuts the next connections on which a file has just lost its name, so often. */
  const cutWhenSetAside = (name: string, times: number): void => {
    let left = times;
    proxy.isCutNow = () => left > 0 && !existsSync(join(root, name)) && left-- > 0;
  };

  it('writes over what is there, and leaves nothing else', async () => {
    await storage.write('a', 'before');
    await storage.write('a', 'after');
    await storage.upload(join(server.folder, 'sshd_config'), 'a');

    expect(inRoot()).toEqual(['a']);
    expect(textIn('a')).toBe(readFileSync(join(server.folder, 'sshd_config'), 'utf8'));
  });

  it('moves to a free name, and over what is there', async () => {
    await storage.write('a', 'a');
    await storage.write('sub/b', 'b');
    await storage.move('a', 'c');
    await storage.move('c', 'sub/b');

    expect([inRoot(), readdirSync(join(root, 'sub')), textIn('sub/b')]).toEqual([['sub'], ['b'], 'a']);
  });

  it('puts no file in place of a folder', async () => {
    mkdirSync(join(root, 'a'), { mode: 0o777 });
    writeFileSync(join(root, 'a/inside'), 'x');

    expect(await failureOf(storage.write('a', 'x'))).toMatchObject({ code: 'SYN_STORAGE_FAILED' });
    expect([inRoot(), readdirSync(join(root, 'a'))]).toEqual([['a'], ['inside']]);
  });

  it('takes the later one of two that write the same at the same time', async () => {
    await storage.write('a', 'before');
    await Promise.allSettled(['1', '2', '3'].map((text) => storage.write('a', text.repeat(100_000))));

    expect(['1', '2', '3'].map((text) => text.repeat(100_000))).toContain(textIn('a'));
    expect(inRoot()).toEqual(['a']);
  });

  it('puts back what was there when a stream is interrupted between the two steps', async () => {
    await storage.write('a', 'before');
    cutWhenSetAside('a', 1);

    expect(await failureOf(storage.write('a', 'after'))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    expect([textIn('a'), inRoot()]).toEqual(['before', ['a']]);
  });

  it('puts back what was there when a move is interrupted between the two steps', async () => {
    await storage.write('a', 'before');
    await storage.write('b', 'moved');
    cutWhenSetAside('a', 1);

    expect(await failureOf(storage.move('b', 'a'))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    expect([textIn('a'), textIn('b'), inRoot()]).toEqual(['before', 'moved', ['a', 'b']]);
  });

  it('goes on with a file that is interrupted between the two steps', async () => {
    const source = join(server.folder, 'source');
    writeFileSync(source, BYTES);
    await storage.write('a', 'before');
    cutWhenSetAside('a', 1);
    await storage.upload(source, 'a');

    expect([readFileSync(join(root, 'a')).equals(BYTES), inRoot()]).toEqual([true, ['a']]);
  });

  it('loses nothing where it cannot put it back: both lie hidden, and the next one that is written clears up', async () => {
    await storage.write('a', 'before');
    let isCut = false;
    proxy.isCutNow = () => (isCut ||= !existsSync(join(root, 'a'))); // from then on no connection lasts
    expect(await failureOf(storage.write('a', 'after'))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    const hidden = inRoot().map((name) => textIn(name));
    proxy.isCutNow = () => false;

    expect(hidden.sort()).toEqual(['after', 'before']);
    expect(await keysIn(storage)).toEqual([]);
    await storage.write('a', 'later');
    expect(textIn('a')).toBe('later');
    expect(inRoot().filter((name) => textIn(name) === 'before')).toEqual([]);
  });
});
