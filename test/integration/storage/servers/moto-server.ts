import { environmentProgram, required } from './programs.js';
import { freePort, removeFolder, serverFolder, ServerProcess } from './server-process.js';

export function motoProgram(): string | undefined {
  return environmentProgram('moto_server');
}

/** S3 as moto has it: in memory, any key and secret pass. */
export class MotoServer {
  private constructor(
    readonly endpoint: string,
    private readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  static async start(): Promise<MotoServer> {
    const program = required(motoProgram(), 'moto server', 'See prepare_python in .ci/run.');
    const [port, folder] = [await freePort(), serverFolder('moto')];
    const server = await ServerProcess.start({ program, args: ['-H', '127.0.0.1', '-p', `${port}`], port, folder });
    return new MotoServer(`http://127.0.0.1:${port}`, folder, server);
  }

  async createBucket(name: string): Promise<void> {
    const { status } = await fetch(`${this.endpoint}/${name}`, { method: 'PUT' });
    if (status !== 200) throw new Error(`moto answered with ${status} to the creation of bucket ${name}`);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    removeFolder(this.folder);
  }
}
