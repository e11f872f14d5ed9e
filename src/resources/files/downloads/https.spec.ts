import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../../../../test/run-in-child.js';
import { downloadFile } from './downloader.js';

let folder: string;
let server: Server;
let certificate: string;
let connections = 0;
const url = (host = '127.0.0.1'): string => `https://${host}:${(server.address() as AddressInfo).port}/a.txt`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-https-'));
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1';
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  certificate = readFileSync(cert, 'utf8');
  server = createServer({ key: readFileSync(key), cert: certificate }, (_request, response) => response.end('text'));
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

describe('a download by https', () => {
  it('is made where the authority of the certificate is named', async () => {
    const path = await downloadFile(url(), folder, { privateAddresses: true, certificateAuthorities: [certificate] });

    expect(readFileSync(path, 'utf8')).toBe('text');
    rmSync(path);
  });

  it('is made where Node is told of the authority', async () => {
    const snippet = `
      import { downloadFile } from './src/resources/files/downloads/downloader.js';
      export default ({ url, folder }) => downloadFile(url, folder, { privateAddresses: true });`;
    const env = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    const path = await runInChild<string>(snippet, { input: { url: url(), folder }, env });

    expect(readFileSync(path, 'utf8')).toBe('text');
    rmSync(path);
  });

  it.each([
    ['by nobody who is trusted', '127.0.0.1', (): string[] => []],
    ['for another name', 'localhost', (): string[] => [certificate]],
  ])('is refused at once where the certificate was made %s', async (_case, host, authorities) => {
    connections = 0;
    const before = readdirSync(folder);
    const options = { privateAddresses: true, certificateAuthorities: authorities(), initialDelayMs: 1 };

    await expect(downloadFile(url(host), folder, options)).rejects.toMatchObject({
      code: 'SYN_DOWNLOAD_REFUSED',
      message: expect.stringContaining('certificate') as string,
    });
    expect(connections).toBe(1);
    expect(readdirSync(folder)).toEqual(before);
  });
});
