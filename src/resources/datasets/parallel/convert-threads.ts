import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { ThreadOrder, ThreadReport } from './thread-messages.js';

/** How long a thread waits for the next conversion, in milliseconds. */
const IDLE_MS = 5_000;

/**
 * The threads of conversions. One that has done its share stays for a while, and takes part in the next conversion: a new one needs a
 * twentieth of a second to start, and as long again until its code is fast. None that waits keeps the process from ending.
 */
export class ConvertThreads {
  /** Threads that wait, each with what will end it. */
  readonly #idle = new Map<Worker, NodeJS.Timeout>();

  /**
   * Has a thread do its share of a conversion, and gives its report.
   *
   * @throws Error where the thread ends without one.
   */
  async run(order: ThreadOrder): Promise<ThreadReport> {
    const worker = this.#waiting() ?? this.#started();
    try {
      worker.postMessage(order, [order.labels, order.lists]);
      const report = await reportOf(worker);
      worker.unref();
      this.#idle.set(worker, setTimeout(() => this.#end(worker), IDLE_MS).unref());
      return report;
    } catch (error) {
      this.#end(worker);
      throw error;
    }
  }

  #waiting(): Worker | undefined {
    const [worker] = this.#idle.keys();
    if (!worker) return undefined;
    this.#forget(worker);
    worker.ref();
    return worker;
  }

  #started(): Worker {
    const worker = new Worker(workerFile());
    worker.on('error', () => this.#forget(worker));
    worker.on('exit', () => this.#forget(worker));
    return worker;
  }

  #forget(worker: Worker): void {
    clearTimeout(this.#idle.get(worker));
    this.#idle.delete(worker);
  }

  #end(worker: Worker): void {
    this.#forget(worker);
    void worker.terminate();
  }
}

async function reportOf(worker: Worker): Promise<ThreadReport> {
  const listening = new AbortController();
  try {
    const message = once(worker, 'message', listening);
    const exit = once(worker, 'exit', listening).then(([code]) => {
      throw new Error(`a thread of the conversion ended with ${String(code)} and no report`);
    });
    const [report] = (await Promise.race([message, exit])) as [ThreadReport];
    return report;
  } finally {
    listening.abort();
  }
}

/** The file that a thread begins with. It is looked for from here upwards: the command line is a bundle, and lies elsewhere. */
function workerFile(): URL {
  const path = 'dist/threads/convert-worker.js';
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const file = new URL(path, folder);
    if (existsSync(file)) return file;
  }
  throw new Error(`${path} is not there; the package is not whole`);
}
