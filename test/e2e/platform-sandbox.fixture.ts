import { BackendServer, type BackendServerOptions } from '../../src/resources/clients/recording/backend-server.js';
import { type CallOptions, type Finished, type StartedSynapse, SynapseSandbox } from './synapse-process.js';

/** When a process is killed: at which request of a kind, and whether the platform does what it asks for. */
export interface Kill {
  /** What the request's path begins with. */
  readonly path: string;
  readonly request: number;
  readonly isDone: boolean;
  /** @defaultValue POST */
  readonly method?: string;
}

/** The built command line in a folder with a plugin, and a platform that it works with. */
export class PlatformSandbox {
  readonly folder = new SynapseSandbox();
  readonly #started: StartedSynapse[] = [];

  private constructor(readonly platform: BackendServer) {}

  /** @param files - The plugin. */
  static async start(
    files: Readonly<Record<string, string>>,
    options: BackendServerOptions = {},
  ): Promise<PlatformSandbox> {
    const sandbox = new PlatformSandbox(await new BackendServer(options).start());
    sandbox.folder.write(files);
    return sandbox;
  }

  async stop(): Promise<void> {
    const started = this.#started.splice(0);
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ finished }) => finished)); // else one might write into the folder while it is removed
    await this.platform.stop();
    this.folder.remove();
  }

  /** Starts `synapse` while this process answers for the platform. */
  start(words: readonly string[], { env = {}, ...options }: CallOptions = {}): StartedSynapse {
    const access = { SYNAPSE_HOST: this.platform.base, SYNAPSE_ACCESS_TOKEN: 'token-of-the-user' };
    const started = this.folder.start(words, { ...options, env: { ...access, ...env } });
    this.#started.push(started);
    return started;
  }

  run(words: readonly string[], options?: CallOptions): Promise<Finished> {
    return this.start(words, options).finished;
  }

  /** As {@link run}, for what has to succeed; resolves to what it printed. */
  async succeed(words: readonly string[], options?: CallOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(words, options);
    if (code !== 0) throw new Error(`It ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Has the platform keep a collection whose units are so many pictures of the same bytes. */
  addPictures(collection: number, count: number, picture: Buffer): void {
    this.platform.add('data_collections', { id: collection, name: 'Coll' });
    for (let at = 0; at < count; at++) {
      const image = this.platform.serveFile(`${at}.png`, picture);
      this.platform.add('data_units', { id: at + 1, data_collection: collection, files: { image } });
    }
  }

  /** Runs `synapse` until the request at which its process is killed, as by the system. */
  async kill(
    words: readonly string[],
    { path, request, isDone, method = 'POST' }: Kill,
    options?: CallOptions,
  ): Promise<void> {
    const { child, finished } = this.start(words, options);
    let seen = 0;
    this.platform.onRequest = (asked, perform) => {
      if (asked.method !== method || !asked.path.startsWith(path) || ++seen < request) return undefined;
      if (isDone && seen === request) perform();
      child.kill('SIGKILL');
      return new Promise(() => undefined);
    };
    const { code, stderr } = await finished;
    this.platform.onRequest = undefined;
    if (code !== null) throw new Error(`It ended with ${code} before it was killed: ${stderr}`);
  }

  /**
   * Id of the run that was made last.
   *
   * @param store - Words that name the store. @defaultValue none: the store of the command line
   */
  newestRun(store: readonly string[] = []): string {
    const { code, stdout, stderr } = this.folder.call(['run', 'list', '--json', ...store]);
    if (code !== 0) throw new Error(`The runs are not listed (${code}): ${stderr}`);
    return (JSON.parse(stdout) as { id: string }[])[0]?.id ?? '';
  }
}
