import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { PairedNames, type SharedPairs } from '../io/paired-names.js';
import { ReadingStopped } from './read-turns.js';

/** More than there are parts: nothing will be listed any more. */
const CLOSED = 0x7fff_ffff;

/** Lists the names of parts for several threads. All of them ask for the same parts, in the same order. */
export interface PairLists {
  /** Whether this thread leads: it alone counts what all of them find, e.g. in the file that describes the data set. */
  readonly isLead: boolean;
  /** @param list - Reads the folders of the part. */
  pairsOf(list: () => PairedNames): PairedNames;
}

/** The thread that leads lists names for all: one that has just started would take three times as long. */
export class LeadLists implements PairLists {
  readonly isLead = true;
  /** How many lists there have been, for those who wait. */
  readonly count = new SharedArrayBuffer(4);
  readonly #count = new Int32Array(this.count);
  readonly #ports: MessagePort[] = [];

  addThread(port: MessagePort): void {
    this.#ports.push(port);
  }

  pairsOf(list: () => PairedNames): PairedNames {
    const pairs = list();
    const shared = pairs.share();
    for (const port of this.#ports) port.postMessage(shared);
    Atomics.add(this.#count, 0, 1);
    Atomics.notify(this.#count, 0);
    return pairs;
  }

  /** Tells the threads that there are no more lists, so that none waits for ever. */
  close(): void {
    Atomics.store(this.#count, 0, CLOSED);
    Atomics.notify(this.#count, 0);
  }
}

/** The lists of the thread that leads, for another one. */
export class AwaitedLists implements PairLists {
  readonly isLead = false;
  readonly #count: Int32Array;

  constructor(
    private readonly port: MessagePort,
    count: SharedArrayBuffer,
  ) {
    this.#count = new Int32Array(count);
  }

  /** @throws {@link ReadingStopped} where no list comes any more. */
  pairsOf(): PairedNames {
    for (;;) {
      const known = Atomics.load(this.#count, 0);
      const received = receiveMessageOnPort(this.port) as { message: SharedPairs } | undefined;
      if (received) return PairedNames.of(received.message);
      if (known === CLOSED) throw new ReadingStopped();
      Atomics.wait(this.#count, 0, known);
    }
  }
}
