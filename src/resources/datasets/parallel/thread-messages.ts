import type { MessagePort } from 'node:worker_threads';
import type { SynapseErrorJson } from '../../../foundation/errors/synapse.error.js';
import type { ImageHandling } from '../io/image-placer.js';
import type { ClassFacts } from '../model/class-order.js';
import type { YOLOTask } from '../registry/format-definition.js';
import type { PumpCounts } from '../registry/image-pump.js';
import type { PlacedTally } from '../report/placed-tallies.js';
import type { OnError, ProblemCode } from '../report/problem-log.js';

/** What a thread is to do. */
export interface ThreadOrder {
  readonly source: string;
  /** Folder to write into. */
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  readonly options: {
    readonly images?: ImageHandling;
    readonly onError?: OnError;
    readonly classes?: readonly string[];
    readonly task?: YOLOTask;
  };
  /** What all threads share; see `ReadTurns`. */
  readonly turns: SharedArrayBuffer;
  /** Where it asks for numbers of classes. */
  readonly labels: MessagePort;
  /** Four bytes that are set to 1 when the answer is there. */
  readonly answered: SharedArrayBuffer;
  /** Where lists of names come from. */
  readonly lists: MessagePort;
  /** How many lists there have been; see `LeadLists`. */
  readonly listCount: SharedArrayBuffer;
}

/** Numbers for classes are asked for with a list of their names, and answered with this. */
export interface LabelAnswer {
  readonly ids: readonly number[];
}

/** What a thread says at its end. */
export type ThreadReport =
  | ThreadResult
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly position: number; readonly error: ThreadError };

/** What a thread has done. */
export interface ThreadResult extends PumpCounts {
  readonly kind: 'done';
  readonly copied: number;
  readonly classes: ClassFacts;
  readonly losses: readonly PlacedTally<string>[];
  readonly problems: readonly PlacedTally<ProblemCode>[];
  /** The writer's, for the one that ends the work. */
  readonly state: unknown;
}

/** An error on its way to another thread: one of ours, or one of the system. */
export interface ThreadError {
  readonly ours?: SynapseErrorJson;
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
}
