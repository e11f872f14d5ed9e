import { existsSync } from 'node:fs';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { errorFromJson } from '../../../foundation/errors/error-json.js';
import { BUILT_IN_FORMATS } from '../registry/built-in-formats.js';
import type { ConvertOrder } from '../registry/convert-order.js';
import type { DatasetWriter, WriteJob } from '../registry/format-definition.js';
import type { PumpCounts } from '../registry/image-pump.js';
import { ReadTurns } from './read-turns.js';
import type { LabelAnswer, ThreadError, ThreadOrder, ThreadReport, ThreadResult } from './thread-messages.js';

/** Ways between formats whose documents can be read in any order, to the same result. */
const SHARED_WAYS: Readonly<Record<string, readonly string[]>> = {
  dm_v1: ['yolo'],
  dm_v2: ['yolo'],
  yolo: ['dm_v1', 'dm_v2'],
};
const PROGRESS_MS = 100;

/** Whether threads are wanted for a conversion, and can share it: a format of somebody else's is not known to them. */
export function isShared({ from, to, options }: ConvertOrder): boolean {
  const isBuiltIn = [from, to].every((format) => (BUILT_IN_FORMATS as readonly object[]).includes(format));
  return (options.threads ?? 1) > 1 && isBuiltIn && (SHARED_WAYS[from.name]?.includes(to.name) ?? false);
}

/** Converts in worker threads; the job and the writer then know what one thread would have told them. */
export async function convertInThreads(step: ConvertOrder, job: WriteJob, writer: DatasetWriter): Promise<PumpCounts> {
  const { options } = step;
  const count = Math.floor(options.threads ?? 1);
  const turns = ReadTurns.share();
  const lead = new ReadTurns(0, 1, turns);
  const stop = (): void => lead.stopAfter(-1);
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', stop, { once: true });
  const progress = options.onProgress && setInterval(() => options.onProgress?.(lead.done), PROGRESS_MS);
  try {
    const orders = Array.from({ length: count }, (_, index) => ({ index, count, turns }));
    const reports = await Promise.all(orders.map((order) => runThread({ ...order, ...facts(step, job) }, job)));
    options.signal?.throwIfAborted();
    return joined(reports, job, writer);
  } finally {
    clearInterval(progress);
    options.signal?.removeEventListener('abort', stop);
    options.onProgress?.(lead.done);
  }
}

function facts(
  { source, from, to, options }: ConvertOrder,
  { folder }: WriteJob,
): Omit<ThreadOrder, 'index' | 'count' | 'turns' | 'labels' | 'answered'> {
  const { images, onError, classes, task } = options;
  return { source, folder, from: from.name, to: to.name, options: { images, onError, classes, task } };
}

type Order = Omit<ThreadOrder, 'labels' | 'answered'>;

/** Runs one thread to its end. */
function runThread(order: Order, { classes }: WriteJob): Promise<ThreadReport> {
  const { port1: ours, port2: labels } = new MessageChannel();
  const answered = new SharedArrayBuffer(4);
  answerLabels(ours, new Int32Array(answered), (label) => classes.numberOf(label));
  const workerData: ThreadOrder = { ...order, labels, answered };
  const worker = new Worker(workerFile(), { workerData, transferList: [labels] });
  return new Promise<ThreadReport>((settle, reject) => {
    worker.once('message', settle);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the conversion ended with ${code} and no report`)));
  }).finally(() => {
    ours.close();
    return worker.terminate();
  });
}

function answerLabels(port: MessagePort, answered: Int32Array, numberOf: (label: string) => number): void {
  port.on('message', (label: string) => {
    port.postMessage({ id: numberOf(label) } satisfies LabelAnswer);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
}

/** The file that a thread begins with. It is looked for from here upwards: the command line is a bundle, and lies elsewhere. */
function workerFile(): URL {
  const path = 'dist/resources/datasets/parallel/convert-worker.js';
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const file = new URL(path, folder);
    if (existsSync(file)) return file;
  }
  throw new Error(`${path} is not there; the package is not whole`);
}

function joined(reports: readonly ThreadReport[], job: WriteJob, writer: DatasetWriter): PumpCounts {
  const failed = reports.filter((report) => report.kind === 'failed').sort((a, b) => a.position - b.position);
  if (failed[0]) throw errorOf(failed[0].error);
  const results = reports.filter((report): report is ThreadResult => report.kind === 'done');
  job.classes.absorb(results.map(({ classes }) => classes));
  for (const { losses, problems, copied } of results) {
    job.losses.absorb(losses);
    job.problems.absorb(problems);
    job.images.absorb(copied);
  }
  writer.absorb?.(results.map(({ state }) => state));
  const sum = (key: keyof PumpCounts): number => results.reduce((total, result) => total + result[key], 0);
  return { images: sum('images'), annotations: sum('annotations') };
}

function errorOf({ ours, message, code, path }: ThreadError): Error {
  if (ours) return errorFromJson(ours);
  return Object.assign(new Error(message), { code, path });
}
