import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPublic } from './address-rules.js';
import { downloadFile } from './downloader.js';
import { FileServer } from './file-server.fixture.js';

describe('isPublic', () => {
  it.each([
    ['127.0.0.1'],
    ['10.1.2.3'],
    ['172.16.0.1'],
    ['192.168.1.1'],
    ['169.254.169.254'],
    ['100.64.0.1'],
    ['0.0.0.0'],
    ['198.18.0.1'],
    ['224.0.0.1'],
    ['255.255.255.255'],
    ['::1'],
    ['::'],
    ['fe80::1'],
    ['fd00:ec2::254'],
    ['::ffff:127.0.0.1'],
    ['::ffff:169.254.169.254'],
    ['::7f00:1'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::'],
    ['ff02::1'],
    ['no address'],
  ])('is false for %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each([['1.1.1.1'], ['93.184.215.14'], ['2606:4700:4700::1111'], ['::ffff:8.8.8.8']])(
    'is true for %s',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );
});

describe('a URL from a stranger', () => {
  let folder: string;
  let server: FileServer;
  let other: FileServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-address-'));
    server = await new FileServer().start();
    other = await new FileServer().start();
  });
  afterEach(async () => {
    await Promise.all([server.stop(), other.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['http://127.0.0.1/'],
    ['http://2130706433/'],
    ['http://0x7f.1/'],
    ['http://[::1]/'],
    ['http://[::ffff:7f00:1]/'],
    ['http://localhost/'],
    ['http://169.254.169.254/latest/meta-data/'],
    ['file:///etc/passwd'],
    ['ftp://example.com/x'],
    ['/local/file.png'],
    ['data:text/plain,x'],
  ])('is refused where it is %s', async (url) => {
    await expect(downloadFile(url, folder)).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_REFUSED' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused where a name leads to this machine, before anything is sent', async () => {
    const url = server.base.replace('127.0.0.1', 'localhost');

    await expect(downloadFile(url, folder)).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_REFUSED' });
    expect(server.requests).toEqual([]);
  });

  it('is refused where a host that may be reached redirects to one that may not', async () => {
    server.handler = (_request, response) => void response.writeHead(302, { location: `${other.base}/secret` }).end();
    const privateAddresses = [new URL(server.base).host];

    await expect(downloadFile(server.base, folder, { privateAddresses })).rejects.toMatchObject({
      code: 'SYN_DOWNLOAD_REFUSED',
    });
    expect(server.requests).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it('B-18: takes no credentials along to another host', async () => {
    server.handler = (_request, response) => void response.writeHead(307, { location: `${other.base}/x` }).end();
    const url = server.base.replace('//', '//user:word@');
    await downloadFile(url, folder, { privateAddresses: true, headers: { 'x-token': 'secret' } });

    expect(server.requests[0]?.headers).toMatchObject({ 'x-token': 'secret', authorization: 'Basic dXNlcjp3b3Jk' });
    expect(other.requests[0]?.headers).not.toHaveProperty('x-token');
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is given up where it redirects without end', async () => {
    server.handler = (_request, response) => void response.writeHead(302, { location: '/again' }).end();

    await expect(downloadFile(server.base, folder, { privateAddresses: true })).rejects.toMatchObject({
      code: 'SYN_DOWNLOAD_REFUSED',
    });
    expect(server.requests).toHaveLength(11);
  });

  it('is shown without its secrets', async () => {
    const url = `${server.base.replace('//', '//user:word@')}/x?signature=abc`;
    const error: unknown = await downloadFile(url, folder).catch((thrown: unknown) => thrown);

    expect(JSON.stringify(error)).not.toMatch(/word|abc/);
  });
});
