import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { ImageHandling, ImagePlacer } from '../io/image-placer.js';
import { ClassOrder } from '../model/class-order.js';
import type { FormatDefinition } from '../registry/format-definition.js';
import { ImagePump } from '../registry/image-pump.js';
import { LossLog } from '../report/loss-log.js';
import { ProblemLog } from '../report/problem-log.js';
import { AwaitedLists } from './pair-lists.js';
import { ReadingStopped, ReadTurns } from './read-turns.js';
import { SHARED_FORMATS } from './shared-formats.js';
import type { LabelAnswer, ThreadError, ThreadOrder, ThreadReport } from './thread-messages.js';

// A thread of conversions: of each that it is told of, it reads its share of the documents and writes them into the folder of all.

parentPort?.on('message', (order: ThreadOrder) => {
  const report = reportOf(order);
  order.labels.close();
  order.lists.close();
  parentPort?.postMessage(report);
});

function reportOf(order: ThreadOrder): ThreadReport {
  const turns = new ReadTurns(order.turns);
  try {
    return convertShare(order, turns);
  } catch (error) {
    if (error instanceof ReadingStopped) return { kind: 'stopped' };
    turns.stopAfter(turns.position);
    return { kind: 'failed', position: turns.position, error: errorFacts(error) };
  }
}

function convertShare(order: ThreadOrder, turns: ReadTurns): ThreadReport {
  const { source, folder, options } = order;
  const numbersOf = (labels: readonly string[]): readonly number[] => numbersOfLabels(labels, order);
  const jobs = {
    classes: new ClassOrder(options.classes, { clock: turns, numbersOf }),
    problems: new ProblemLog(options.onError, turns),
    losses: new LossLog(turns),
    task: options.task,
  };
  const images = new ImagePlacer(options.images);
  const writer = formatNamed(order.to).write?.({ ...jobs, folder, images });
  const pictures = formatNamed(order.from).read?.({
    ...jobs,
    source,
    turns,
    lists: new AwaitedLists(order.lists, order.listCount),
    mayLackImages: options.images === ImageHandling.None,
  });
  if (!writer || !pictures || !(Symbol.iterator in pictures)) {
    throw new Error(`${order.from} to ${order.to} is no work for threads`);
  }
  const pump = new ImagePump(jobs.problems, writer, formatNamed(order.to));
  for (const image of pictures) {
    pump.add(image);
    turns.countDone();
  }
  return {
    kind: 'done',
    ...pump.counts,
    copied: images.copiedInsteadOfLinked,
    classes: jobs.classes.facts(),
    losses: jobs.losses.tallies(),
    problems: jobs.problems.tallies(),
    state: writer.state?.(),
  };
}

function formatNamed(name: string): Partial<FormatDefinition> {
  return SHARED_FORMATS.find((format) => format.name === name) ?? {};
}

/** Asks the thread that leads, and waits: a class has one number in all threads. */
function numbersOfLabels(labels: readonly string[], { labels: port, answered: flag }: ThreadOrder): readonly number[] {
  const answered = new Int32Array(flag);
  port.postMessage(labels);
  Atomics.wait(answered, 0, 0);
  Atomics.store(answered, 0, 0);
  const { message } = receiveMessageOnPort(port) as { message: LabelAnswer };
  return message.ids;
}

function errorFacts(error: unknown): ThreadError {
  if (SynapseError.is(error)) return { ours: error.toJSON(), message: error.message };
  const { message, code, path } = error as NodeJS.ErrnoException;
  return { message, ...(code !== undefined && { code }), ...(path !== undefined && { path }) };
}
