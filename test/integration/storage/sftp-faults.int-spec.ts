import { plainToInstance } from 'class-transformer';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, keysIn, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { SFTPStorage } from '../../../src/resources/storage/providers/sftp/sftp-storage.js';
import { SFTPStorageConfig } from '../../../src/resources/storage/providers/sftp/sftp-storage-config.js';
import { describeWithServer } from './describe-with-server.js';
import { FaultyProxy } from './servers/faulty-proxy.js';
import { HeldBytes } from './servers/held-bytes.js';
import { SftpServer } from './servers/sftp-server.js';

jest.setTimeout(60_000);

const BYTES = patternOf(4 * 1024 * 1024);

describeWithServer('SFTPStorage', 'OpenSSH', () => {
  let server: SftpServer;
  let proxy: FaultyProxy;
  let root: string;
  let folder: string;
  let storage: SFTPStorage;
  beforeAll(async () => {
    server = await SftpServer.start();
  });
  beforeEach(async () => {
    proxy = await FaultyProxy.to(server.port);
    root = server.makeRoot();
    folder = mkdtempSync(join(tmpdir(), 'synapse-faults-'));
    writeFileSync(join(folder, 'source'), BYTES);
    storage = storageWith({});
  });
  afterEach(async () => {
    await storage.close();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => server.remove());

  const storageWith = (how: Partial<SFTPStorageConfig>): SFTPStorage => {
    const plain = { ...server.configurationOf(proxy.port, root), ...how };
    return new SFTPStorage(plainToInstance(SFTPStorageConfig, plain));
  };
  const failureWith = (how: Partial<SFTPStorageConfig>): Promise<unknown> => {
    storage = storageWith(how);
    return failureOf(storage.exists('a', { retries: 0 }));
  };
  const inRoot = (): string[] => readdirSync(root);

  it('says that a password is wrong, and does not try again', async () => {
    expect(await failureWith({ password: 'wrong' })).toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
    expect(await failureOf(storage.exists('a'))).toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
    expect(proxy.connections).toBe(2);
  });

  it('B-20: logs in with a key alone, as a path or as its text', async () => {
    const key = { password: null, private_key: server.privateKey, private_key_passphrase: server.passphrase };
    storage = storageWith(key);
    await storage.write('a', 'by path');
    await storage.close();
    storage = storageWith({ ...key, private_key: readFileSync(server.privateKey, 'utf8') });

    expect(await storage.getPath('a').readText()).toBe('by path');
  });

  it.each([
    ['a key whose passphrase is wrong', () => ({ private_key: server.privateKey, private_key_passphrase: 'wrong' })],
    ['a key that the user does not have', () => ({ private_key: join(server.folder, 'host_key') })],
    ['a key file that is not there', () => ({ private_key: '/nope/key' })],
  ])('says that it is refused with %s', async (_what, key) => {
    const failure = await failureWith({ password: null, ...key() });

    expect(failure).toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
    expect(String(failure)).not.toContain('PRIVATE KEY');
  });

  it('talks to no host with another key than the one that was named', async () => {
    expect(await failureWith({ host_key: 'SHA256:of-somebody-else' })).toMatchObject({
      code: 'SYN_STORAGE_PERMISSION',
      message: expect.stringContaining(server.hostFingerprint),
    });
  });

  it('knows a host by its public key too', async () => {
    storage = storageWith({ host_key: readFileSync(join(server.folder, 'host_key.pub'), 'utf8') });

    expect(await storage.exists('')).toBe(true);
  });

  it.each([
    ['has no address', { host: 'no-such-host.invalid' }],
    ['does not answer', { port: 1 }],
  ])('says that a host %s', async (_what, how) => {
    expect(await failureWith(how)).toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryable: true });
  });

  it('gives up a server that takes the connection and says nothing', async () => {
    proxy.isStalled = true;

    expect(await failureWith({ timeout: 0.3 })).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
  });

  it('gives up a server that falls silent in the middle', async () => {
    storage = storageWith({ timeout: 2 });
    await storage.write('a', BYTES);
    const reading = failureOf(
      storage.getPath('a').readBytes({ retries: 0, onProgress: () => (proxy.isStalled = true) }),
    );

    expect(await reading).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
  });

  it('goes on reading where a connection was cut', async () => {
    await storage.write('a', BYTES);
    await storage.close();
    proxy.cutNext(2, 1_500_000, 'received');
    await storage.download('a', join(folder, 'target'));

    expect(readFileSync(join(folder, 'target')).equals(BYTES)).toBe(true);
    expect(proxy.cuts).toBe(2);
  });

  it('sends a file again whose connection was cut, and leaves no part of it', async () => {
    proxy.cutNext(1, 1_500_000, 'sent');
    await storage.upload(join(folder, 'source'), 'sub/a');

    expect(proxy.cuts).toBe(1);
    expect(readFileSync(join(root, 'sub/a')).equals(BYTES)).toBe(true);
    expect(readdirSync(join(root, 'sub'))).toEqual(['a']);
  });

  it('keeps what was there when a stream is cut', async () => {
    await storage.write('a', 'before');
    await storage.close();
    proxy.cutNext(1, 1_500_000, 'sent');

    expect(await failureOf(storage.write('a', BYTES))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    expect(proxy.cuts).toBe(1);
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('before');
    expect(inRoot()).toEqual(['a']);
  });

  it('finds a server again that was started anew', async () => {
    await storage.write('a', 'kept');
    await server.stop();
    proxy.cutAll();
    await server.startAgain();

    expect(await storage.getPath('a').readText()).toBe('kept');
  });

  it('opens no more connections than it may, however much is asked for', async () => {
    storage = storageWith({ max_connections: 2 });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => storage.write(`many/${index}`, BYTES.subarray(0, 9_999))),
    );
    await Promise.all(Array.from({ length: 20 }, (_, index) => storage.copy(`many/${index}`, `copies/${index}`)));

    expect(await storage.getPathTotalSize('copies')).toBe(20 * 9_999);
    expect(proxy.connections).toBe(2);
  });

  it('uses one connection for what is asked for in turn', async () => {
    for (const key of ['a', 'b', 'c']) {
      await storage.write(key, key);
      expect(await storage.getPath(key).readText()).toBe(key);
    }

    expect(proxy.connections).toBe(1);
  });

  it('B-17: follows no link out of its root, neither to read nor to write nor to list', async () => {
    const outside = server.makeRoot();
    writeFileSync(join(outside, 'secret'), 'secret', { mode: 0o644 });
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'secret'), join(root, 'link'));
    mkdirSync(join(root, 'in'), { mode: 0o777 });
    writeFileSync(join(root, 'in/file'), 'inside');
    symlinkSync(join(root, 'in/file'), join(root, 'own'));

    for (const key of ['link', 'out/secret', 'out/new']) {
      expect(await failureOf(storage.getPath(key).readText())).toMatchObject({ code: 'SYN_STORAGE_KEY' });
    }
    expect(await failureOf(storage.write('out/new', 'x'))).toMatchObject({ code: 'SYN_STORAGE_KEY' });
    expect(await failureOf(storage.delete('out/secret'))).toMatchObject({ code: 'SYN_STORAGE_KEY' });
    expect(await storage.getPath('own').readText()).toBe('inside');
    expect(await keysIn(storage)).toEqual(['in/file', 'own']);
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  it.each([
    ['/', 22, 'sftp://host.example/x/y', 'sftp://host.example'],
    ['/', 2222, 'sftp://host.example:2222/x/y', 'sftp://host.example:2222'],
    ['/data/', 22, 'sftp://host.example/data/x/y', 'sftp://host.example/data'],
    ['data', 22, 'sftp://host.example/data/x/y', 'sftp://host.example/data'],
    ['', 22, 'sftp://host.example/x/y', 'sftp://host.example'],
  ])('B-20: the URL below root %j at port %i has its slash', (root_path, port, url, rootUrl) => {
    storage = storageWith({ host: 'host.example', root_path, port });

    expect([storage.getUrl('x/y'), storage.getUrl('')]).toEqual([url, rootUrl]);
  });

  it('B-20: works below the root of the server', async () => {
    storage = storageWith({ root_path: '/' });
    await storage.write(`${root}/a/b`, 'below /');

    expect(readFileSync(join(root, 'a/b'), 'utf8')).toBe('below /');
    expect(await storage.getPath(`${root}/a/b`).readText()).toBe('below /');
  });

  it('says that its root is not there', async () => {
    storage = storageWith({ root_path: `${root}/nope` });

    expect(await failureOf(storage.stat(''))).toMatchObject({ code: 'SYN_STORAGE_NOT_FOUND' });
    expect(await storage.exists('')).toBe(false);
    await storage.write('a', 'makes it');
    expect(await storage.exists('')).toBe(true);
  });

  it('says what it may not do', async () => {
    storage = storageWith({ root_path: '/' });

    expect(await failureOf(storage.write('etc/synapse-test', 'x'))).toMatchObject({ code: 'SYN_STORAGE_PERMISSION' });
  });

  it('B-19: holds a part of what it uploads', async () => {
    const large = 64 * 1024 * 1024;
    writeFileSync(join(folder, 'large'), Buffer.alloc(large, 1));
    const held = new HeldBytes();
    await storage.upload(join(folder, 'large'), 'large', { onProgress: (told) => held.look(told) });

    expect(held.most).toBeLessThan(large / 3);
    expect(await storage.stat('large')).toMatchObject({ sizeBytes: large });
  });
});
