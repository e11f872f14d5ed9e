import { gcsEmulatorPath, required } from './programs.js';
import { freePort, removeFolder, serverFolder, ServerProcess } from './server-process.js';

/** An emulator of GCS: in memory, without credentials. */
export class GcsServer {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  /** @param publicUrl - Where clients reach it, if not directly. */
  static async start(publicUrl?: string): Promise<GcsServer> {
    const program = required(gcsEmulatorPath(), 'emulator of GCS', 'See prepare_python in .ci/run.');
    const [port, folder] = [await freePort(), serverFolder('gcs')];
    const url = publicUrl ?? `http://127.0.0.1:${port}`;
    const place = ['-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`];
    const names = ['-public-host', new URL(url).host, '-external-url', url];
    const args = [...place, ...names, '-backend', 'memory', '-log-level', 'error'];
    return new GcsServer(port, folder, await ServerProcess.start({ program, args, port, folder }));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async createBucket(name: string): Promise<void> {
    const { status } = await fetch(`${this.endpoint}/storage/v1/b?project=test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    if (status !== 200) throw new Error(`The emulator answered with ${status} to the creation of bucket ${name}`);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }
}
