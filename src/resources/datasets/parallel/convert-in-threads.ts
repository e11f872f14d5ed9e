import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { errorFromJson } from '../../../foundation/errors/error-json.js';
import type { ConvertOrder } from '../registry/convert-order.js';
import type { DatasetWriter, WriteJob } from '../registry/format-definition.js';
import type { PumpCounts } from '../registry/image-pump.js';
import type { ConvertThreads } from './convert-threads.js';
import type { LeadLists } from './pair-lists.js';
import { ReadingStopped, type ReadTurns } from './read-turns.js';
import { SHARED_FORMATS } from './shared-formats.js';
import type { LabelAnswer, ThreadError, ThreadOrder, ThreadReport, ThreadResult } from './thread-messages.js';

/** Ways between formats whose documents can be read in any order, to the same result. */
const SHARED_WAYS: Readonly<Record<string, readonly string[]>> = {
  dm_v1: ['yolo'],
  dm_v2: ['yolo'],
  yolo: ['dm_v1', 'dm_v2'],
};

/** Whether threads are wanted for a conversion, and can share it: a format of somebody else's is not known to them. */
export function isShared({ from, to, options }: ConvertOrder): boolean {
  const isKnown = [from, to].every((format) => (SHARED_FORMATS as readonly object[]).includes(format));
  return (options.threads ?? 1) > 1 && isKnown && (SHARED_WAYS[from.name]?.includes(to.name) ?? false);
}

/** What the calling thread does of a conversion: it leads, and reads whatever it has time for. */
export interface LeadShare {
  readonly turns: ReadTurns;
  readonly lists: LeadLists;
  readonly job: WriteJob;
  readonly writer: DatasetWriter;
  readonly threads: ConvertThreads;
  /** Reads and writes its share. */
  pump(): Promise<PumpCounts>;
}

/** Converts in this thread and others; the job and the writer of this one then know what all of them have done. */
export async function convertInThreads(
  { source, from, to, options }: ConvertOrder,
  lead: LeadShare,
): Promise<PumpCounts> {
  const { images, onError, classes, task, signal, onProgress } = options;
  const order = { source, folder: lead.job.folder, from: from.name, to: to.name, turns: lead.turns.shared };
  const stop = (): void => lead.turns.stopAfter(-1);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const others = Array.from({ length: Math.floor(options.threads ?? 1) - 1 }, () =>
      runThread({ ...order, options: { images, onError, classes, task } }, lead),
    );
    const reports = await allReports([leadReport(lead), ...others], stop);
    signal?.throwIfAborted();
    onProgress?.(lead.turns.done);
    return joined(reports, lead);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The reports of all. Where one thread has none, the others are stopped, and waited for: nobody may write any more when this throws. */
async function allReports(running: readonly Promise<Report>[], stop: () => void): Promise<readonly Report[]> {
  try {
    return await Promise.all(running);
  } catch (error) {
    stop();
    await Promise.allSettled(running);
    throw error;
  }
}

type Report =
  Exclude<ThreadReport, { kind: 'failed' }> | { kind: 'failed'; position: number; thrown: unknown } | LeadReport;
interface LeadReport extends PumpCounts {
  readonly kind: 'led';
}

async function leadReport({ turns, lists, pump }: LeadShare): Promise<Report> {
  try {
    return { kind: 'led', ...(await pump()) };
  } catch (thrown) {
    if (thrown instanceof ReadingStopped) return { kind: 'stopped' };
    turns.stopAfter(turns.position);
    return { kind: 'failed', position: turns.position, thrown };
  } finally {
    lists.close();
  }
}

/** What is the same for all threads. */
type SharedOrder = Omit<ThreadOrder, 'labels' | 'answered' | 'lists' | 'listCount'>;

/** Has one thread do its share. */
async function runThread(order: SharedOrder, { lists, threads, job: { classes } }: LeadShare): Promise<Report> {
  const { port1: ours, port2: labels } = new MessageChannel();
  const answered = new SharedArrayBuffer(4);
  const listing = new MessageChannel();
  lists.addThread(listing.port1);
  answerLabels(ours, new Int32Array(answered), (label) => classes.numberOf(label));
  try {
    const report = await threads.run({ ...order, labels, answered, lists: listing.port2, listCount: lists.count });
    return report.kind === 'failed' ? { ...report, thrown: errorOf(report.error) } : report;
  } finally {
    ours.close();
    listing.port1.close();
  }
}

function answerLabels(port: MessagePort, answered: Int32Array, numberOf: (label: string) => number): void {
  port.on('message', (labels: readonly string[]) => {
    port.postMessage({ ids: labels.map(numberOf) } satisfies LabelAnswer);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
}

/** What all threads have done. @throws the first error of all, by its place in the data set. */
function joined(reports: readonly Report[], { job, writer }: LeadShare): PumpCounts {
  const failed = reports.filter((report) => report.kind === 'failed').sort((a, b) => a.position - b.position);
  if (failed[0]) throw failed[0].thrown;
  const results = reports.filter((report): report is ThreadResult => report.kind === 'done');
  job.classes.absorb(results.map(({ classes }) => classes));
  for (const { losses, problems, copied } of results) {
    job.losses.absorb(losses);
    job.problems.absorb(problems);
    job.images.absorb(copied);
  }
  writer.absorb?.(results.map(({ state }) => state));
  const all = reports.filter((report) => report.kind === 'done' || report.kind === 'led');
  const sum = (key: keyof PumpCounts): number => all.reduce((total, result) => total + result[key], 0);
  return { images: sum('images'), annotations: sum('annotations') };
}

function errorOf({ ours, message, code, path }: ThreadError): Error {
  if (ours) return errorFromJson(ours);
  return Object.assign(new Error(message), { code, path });
}
