import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { homedir } from 'node:os';
import type SftpClient from 'ssh2-sftp-client';
import {
  StorageConnectionError,
  StoragePackageMissingError,
  StoragePermissionError,
} from '../../../../foundation/errors/storage.errors.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import type { SFTPStorageConfig } from './sftp-storage-config.js';

/** The requests of SFTP, each answered by a callback. */
type Wire = Awaited<ReturnType<SftpClient['connect']>>;
type Answer<T> = (error: Error | null | undefined, value: T) => void;

/** Unanswered signs of life after which a connection is given up. */
const KEEPALIVES = 3;

/** One connection. Any number of requests can be on their way at the same time; each fails when the connection does. */
export class SftpSession {
  /** Requests and streams that are at work on it. */
  load = 0;
  readonly #client: SftpClient;
  readonly #wire: Wire;
  readonly #socket: Socket;
  readonly #pending = new Set<(error: Error) => void>();
  #realRoot: Promise<string> | undefined;
  #isOpen = true;

  private constructor(client: SftpClient, wire: Wire, socket: Socket) {
    this.#client = client;
    this.#wire = wire;
    this.#socket = socket;
    const fail = (error?: Error): void => this.#fail(error);
    client.on('error', fail);
    client.on('close', () => fail());
    wire.on('close', () => fail());
    // Some listener closed it before we could listen.
    if (socket.destroyed) fail();
  }

  /** Connects and logs in. */
  static async open(config: SFTPStorageConfig): Promise<SftpSession> {
    const Client = await loadClient();
    const privateKey = await privateKeyOf(config);
    const socket = await socketTo(config);
    const client = new Client('synapse', { error: nothing, end: nothing, close: nothing });
    let cause: (Error & { level?: string }) | undefined;
    client.on('error', (error: Error) => (cause ??= error));
    const host = { key: config.host_key ?? undefined, found: '' };
    try {
      const wire = await client.connect({
        sock: socket,
        username: config.username,
        password: config.password ?? undefined,
        privateKey,
        passphrase: config.private_key_passphrase ?? undefined,
        readyTimeout: config.timeout * 1000,
        keepaliveInterval: (config.timeout * 1000) / KEEPALIVES,
        keepaliveCountMax: KEEPALIVES,
        hostVerifier: (key: Buffer) => isExpectedHost(key, host),
      });
      return new SftpSession(client, wire, socket);
    } catch (thrown) {
      socket.destroy();
      throw refusalOf(cause ?? thrown, config, host);
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Makes one request. */
  ask<T>(request: (wire: Wire, answer: Answer<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(connectionLost());
      const fail = (error: Error): void => reject(error);
      this.#pending.add(fail);
      try {
        request(this.#wire, (error, value) => {
          this.#pending.delete(fail);
          if (error) reject(this.#isOpen || hasCode(error) ? error : connectionLost(error));
          else resolve(value);
        });
      } catch (thrown) {
        this.#pending.delete(fail);
        reject(thrown as Error);
      }
    });
  }

  /** The root as the server calls it, links resolved; asked for once. */
  realRoot(root: string): Promise<string> {
    this.#realRoot ??= this.ask<string>((wire, answer) => wire.realpath(root, answer));
    this.#realRoot.catch(() => (this.#realRoot = undefined));
    return this.#realRoot;
  }

  /** Lets the process end although the connection is kept, or not. */
  setIdle(isIdle: boolean): void {
    if (isIdle) this.#socket.unref();
    else this.#socket.ref();
  }

  close(): void {
    this.#fail();
    this.#client.end().catch(nothing);
  }

  #fail(cause?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const fail of this.#pending) fail(connectionLost(cause));
    this.#pending.clear();
    this.#socket.destroy();
  }
}

async function loadClient(): Promise<typeof SftpClient> {
  try {
    return (await import('ssh2-sftp-client')).default;
  } catch (thrown) {
    throw new StoragePackageMissingError('sftp', ['ssh2-sftp-client'], thrown);
  }
}

/** The text of the key: of its file, or as it was given. */
async function privateKeyOf({ private_key: given }: SFTPStorageConfig): Promise<string | undefined> {
  if (given === undefined || given === null || given === '') return undefined;
  if (given.includes('PRIVATE KEY-----')) return given;
  const path = given.replace(/^~(?=\/)/, homedir());
  return readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new StoragePermissionError('login', `the private key ${path} cannot be read`, thrown);
  });
}

function socketTo({ host, port, timeout }: SFTPStorageConfig): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeout * 1000 });
    const refuse = (error: Error): void => {
      socket.destroy();
      reject(new StorageConnectionError(`connection to ${host}:${port}`, messageOf(error), { cause: error }));
    };
    socket.once('error', refuse);
    socket.once('timeout', () => refuse(new Error(`nothing came for ${timeout} s`)));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', refuse).setNoDelay(true);
      resolve(socket);
    });
  });
}

/** A fingerprint as `ssh-keygen -l` shows it, or the key as it stands in known_hosts. */
function isExpectedHost(key: Buffer, host: { readonly key: string | undefined; found: string }): boolean {
  host.found = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
  if (host.key === undefined || host.key === '') return true;
  return host.key.replace(/=+$/, '') === host.found || host.key.split(/\s+/).includes(key.toString('base64'));
}

function refusalOf(
  thrown: unknown,
  config: SFTPStorageConfig,
  host: { key: string | undefined; found: string },
): Error {
  const { level } = thrown as { level?: string };
  const work = `login of ${config.username} at ${config.host}:${config.port}`;
  if (level === 'handshake' && host.key !== undefined && host.found !== '') {
    return new StoragePermissionError(
      work,
      `the host's key is ${host.found}, and not the expected ${host.key}`,
      thrown,
    );
  }
  if (level === undefined || level === 'client-authentication') {
    return new StoragePermissionError(work, messageOf(thrown), thrown);
  }
  return new StorageConnectionError(work, messageOf(thrown), { cause: thrown });
}

function connectionLost(cause?: Error): StorageConnectionError {
  const reason = cause === undefined ? 'the connection was closed' : `the connection broke (${messageOf(cause)})`;
  return new StorageConnectionError('exchange with the SFTP server', reason, { cause });
}

/** The server's own answers have a number. */
function hasCode(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === 'number';
}

function nothing(): void {
  // Those who wait for an answer are told.
}
