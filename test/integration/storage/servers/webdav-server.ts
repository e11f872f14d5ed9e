import { randomBytes } from 'node:crypto';
import { mkdirSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath, programPath, required } from './programs.js';
import { type Account, freePort, plainAccount, removeFolder, serverFolder, ServerProcess } from './server-process.js';

const MODULE = 'ngx_http_dav_ext_module.so';
const CURE = 'Install nginx and libnginx-mod-http-dav-ext (Debian).';

export function hasWebdavServer(): boolean {
  return programPath('nginx') !== undefined && libraryPath(MODULE) !== undefined;
}

/** nginx with its WebDAV modules; `/plain/` has the same files without WebDAV's own methods. */
export class WebdavServer {
  /** The header `x-key` that every request has to have. */
  readonly key = 'a secret';

  private constructor(
    readonly base: string,
    readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  static async start(): Promise<WebdavServer> {
    const program = required(programPath('nginx'), 'nginx', CURE);
    const account = plainAccount();
    const [port, folder] = [await freePort(), serverFolder('nginx', account)];
    for (const name of ['files', 'temp']) makeFolder(join(folder, name), account);
    const config = join(folder, 'nginx.conf');
    writeFileSync(config, configuration(folder, port), { mode: 0o644 });
    const args = ['-c', config, '-p', folder, '-e', 'stderr'];
    const server = await ServerProcess.start({ program, args, port, folder, account });
    return new WebdavServer(`http://127.0.0.1:${port}`, folder, server);
  }

  /** URL of a new, empty folder, which WebDAV reaches, or only plain HTTP. */
  makeRoot(kind: 'files' | 'plain'): string {
    const name = randomBytes(6).toString('hex');
    makeFolder(join(this.folder, 'files', name), plainAccount());
    return `${this.base}/${kind}/${name}`;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }
}

function makeFolder(path: string, { uid, gid }: Account): void {
  mkdirSync(path);
  if (uid !== undefined) chownSync(path, uid, gid ?? 0);
}

function configuration(folder: string, port: number): string {
  const module = required(libraryPath(MODULE), `nginx's ${MODULE}`, CURE);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/temp/${name};`,
  );
  return `load_module ${module};
daemon off;
worker_processes 1;
pid ${folder}/temp/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  client_max_body_size 0;
${temporary.join('\n')}
  dav_ext_lock_zone zone=locks:1m;
  server {
    listen 127.0.0.1:${port};
    if ($http_x_key != "a secret") { return 403; }
    location /files/ {
      root ${folder};
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS;
      dav_access user:rw group:r all:r;
    }
    location /plain/ {
      alias ${folder}/files/;
      create_full_put_path on;
      dav_methods PUT DELETE;
    }
  }
}
`;
}
