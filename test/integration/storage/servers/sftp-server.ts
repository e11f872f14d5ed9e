import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath, programPath, required } from './programs.js';
import { type Account, freePort, plainAccount, removeFolder, serverFolder, ServerProcess } from './server-process.js';

const USER = 'storage';
const WRAPPER = 'libnss_wrapper.so';
const SUBSYSTEMS = ['/usr/lib/openssh', '/usr/libexec/openssh', '/usr/lib/ssh', '/usr/libexec'].map(
  (folder) => `${folder}/sftp-server`,
);
const CURE = 'Install openssh-server, openssl and libnss-wrapper (Debian).';

/** Whether this machine has all that {@link SftpServer} needs. */
export function hasSftpServer(): boolean {
  return [...['sshd', 'ssh-keygen', 'openssl'].map(programPath), libraryPath(WRAPPER), subsystemPath()].every(Boolean);
}

/**
 * OpenSSH's server with a user of its own, who may log in by password and by key.
 *
 * The user stands in no list of the system's: libnss_wrapper shows the server a passwd and a shadow file from its own folder. So a test needs no
 * right to make users and leaves none behind. The server runs as whoever runs the test, or as nobody in place of root; the user has the same id.
 */
export class SftpServer {
  readonly host = '127.0.0.1';
  readonly username = USER;
  readonly password = randomBytes(12).toString('base64url');
  readonly passphrase = randomBytes(12).toString('base64url');
  #process: ServerProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly account: Account,
    private readonly denied: readonly string[],
  ) {}

  /** @param denied - Requests that it does not know, by the names of `sftp-server -Q requests`. */
  static async start(denied: readonly string[] = []): Promise<SftpServer> {
    const account = plainAccount();
    const server = new SftpServer(await freePort(), serverFolder('sftp', account), account, denied);
    server.#writeFiles();
    await server.startAgain();
    return server;
  }

  /** Path of the user's private key, which needs {@link passphrase}. */
  get privateKey(): string {
    return join(this.folder, 'user_key');
  }

  /** SHA-256 of the host's key, as `ssh-keygen -l` shows it. */
  get hostFingerprint(): string {
    const shown = execFileSync(required(programPath('ssh-keygen'), 'ssh-keygen', CURE), [
      '-lf',
      this.#path('host_key'),
    ]);
    return shown.toString().split(' ')[1] ?? '';
  }

  /** A new folder that the user may write to. */
  makeRoot(): string {
    const root = this.#path(`root-${randomBytes(4).toString('hex')}`);
    mkdirSync(root);
    this.#give(root);
    return root;
  }

  /** What a storage says to reach a folder of it by password, through whatever listens on that port. */
  configurationOf(port: number, root: string): Readonly<Record<string, unknown>> {
    const { host, username, password } = this;
    return { host, username, password, port, root_path: root, timeout: 5 };
  }

  /** What the server said last of all. */
  get said(): string {
    return this.#process?.said ?? '';
  }

  async startAgain(): Promise<void> {
    this.#process = await ServerProcess.start({
      program: required(programPath('sshd'), 'sshd', CURE),
      args: ['-D', '-e', '-r', '-f', this.#path('sshd_config')],
      port: this.port,
      folder: this.folder,
      account: this.account,
      env: {
        LD_PRELOAD: required(libraryPath(WRAPPER), WRAPPER, CURE),
        NSS_WRAPPER_PASSWD: this.#path('passwd'),
        NSS_WRAPPER_GROUP: this.#path('group'),
        NSS_WRAPPER_SHADOW: this.#path('shadow'),
      },
    });
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    removeFolder(this.folder);
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #writeFiles(): void {
    const keygen = required(programPath('ssh-keygen'), 'ssh-keygen', CURE);
    for (const [name, passphrase] of [
      ['host_key', ''],
      ['user_key', this.passphrase],
    ] as const) {
      execFileSync(keygen, ['-q', '-t', 'ed25519', '-a', '1', '-N', passphrase, '-C', name, '-f', this.#path(name)]);
      this.#give(this.#path(name));
    }
    const [uid, gid] = [this.account.uid ?? process.getuid?.(), this.account.gid ?? process.getgid?.()];
    this.#write(
      'passwd',
      `root:x:0:0::/:/bin/false\n${USER}:x:${uid}:${gid}::${this.folder}:/bin/sh\nsshd:x:65001:65001::/:/bin/false\n`,
    );
    this.#write('group', `root:x:0:\n${USER}:x:${gid}:\nsshd:x:65001:\n`);
    this.#write('shadow', `${USER}:${this.#hashedPassword()}:19000:0:99999:7:::\nroot:*:19000:0:99999:7:::\n`);
    this.#write('authorized_keys', readFileSync(`${this.privateKey}.pub`, 'utf8'));
    this.#write('sshd_config', this.#configuration());
  }

  #configuration(): string {
    return [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.#path('host_key')}`,
      `AuthorizedKeysFile ${this.#path('authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no', // the folder lies below /tmp, which everybody may write to
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
      // Not internal-sftp: it shares a process with the wrapper, whose open files the server closes and whose numbers it then uses for folders.
      ['Subsystem sftp', required(subsystemPath(), 'sftp-server', CURE), ...this.#denials()].join(' '),
      '',
    ].join('\n');
  }

  #denials(): string[] {
    return this.denied.length > 0 ? ['-P', this.denied.join(',')] : [];
  }

  #hashedPassword(): string {
    const openssl = required(programPath('openssl'), 'openssl', CURE);
    return execFileSync(openssl, ['passwd', '-6', '-stdin'], { input: this.password, encoding: 'utf8' }).trim();
  }

  #write(name: string, text: string): void {
    writeFileSync(this.#path(name), text, { mode: 0o600 });
    this.#give(this.#path(name));
  }

  #give(path: string): void {
    if (this.account.uid !== undefined) chownSync(path, this.account.uid, this.account.gid ?? 0);
  }
}

function subsystemPath(): string | undefined {
  return SUBSYSTEMS.find((path) => existsSync(path));
}
