import type { ChildProcess } from 'node:child_process';
import type { AutologTarget } from './autolog-target.interface.js';
import { BaseIntegration } from './base-integration.js';
import { OutputLines } from './output-lines.js';
import { UltralyticsTraining } from './ultralytics-training.js';

/** How often the training's folder is looked at, in milliseconds, beside the looks that its output gives rise to. */
const POLL_INTERVAL_MS = 1_000;
/** Lines of output that are kept for an error's text. */
const LAST_LINES = 20;

/** What an Ultralytics training is told. */
export interface UltralyticsOptions {
  /** Epochs of the training, until its output says how many. @defaultValue 100 */
  readonly epochs?: number;
}

/** Where the process works. */
export interface FollowOptions {
  /** Folder of the training, e.g. `runs/detect/train`. @defaultValue what the output names */
  readonly saveDir?: string;
  /** Folder that the process was started in. @defaultValue that of this process */
  readonly cwd?: string;
}

/** How a training ended. */
export interface TrainingOutcome {
  /** 0 when it succeeded; null when a signal ended it or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the process could not be started, or that it was aborted. */
  readonly error?: Error;
  /** Epochs that were reported. */
  readonly epochs: number;
  /** Folder of the training, absolute, where it became known. */
  readonly saveDir?: string;
  /** The best weights that this training has written. */
  readonly bestWeights?: string;
  /** The last lines of its output, at most 20, without colours. */
  readonly lastLines: readonly string[];
}

/** What an author does with a process that trains. */
export interface UltralyticsHandle {
  /**
   * Reports a training that runs as a child process, from its output and its folder, until it ends. Its stdout and stderr must
   * be pipes. Never rejects: how the training ended is in the outcome, what to do about it is the action's business.
   */
  follow(child: ChildProcess, options?: FollowOptions): Promise<TrainingOutcome>;
}

/**
 * Reports the training of an Ultralytics model that the action starts as a Python process: progress `train`, metrics `train`
 * and `validation` by the names of the task (detect, segment, pose, classify, obb), the events `validation_samples`,
 * `model_weights` and `training_results` with their files.
 */
export class UltralyticsIntegration extends BaseIntegration<UltralyticsOptions, UltralyticsHandle> {
  readonly name = 'ultralytics';
  readonly #timers = new Set<NodeJS.Timeout>();

  enable(target: AutologTarget, { epochs }: UltralyticsOptions): UltralyticsHandle {
    return {
      follow: (child, { saveDir, cwd = process.cwd() } = {}) =>
        this.#follow(child, new UltralyticsTraining(target, { epochs, saveDir, cwd, startedAtMs: Date.now() })),
    };
  }

  /** The output is read on, so that the process does not block on a full pipe, but nobody hears of it. */
  disable(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.clear();
  }

  async #follow(child: ChildProcess, training: UltralyticsTraining): Promise<TrainingOutcome> {
    const lastLines: string[] = [];
    const onLine = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      unharmed(() => training.read(line));
    };
    const streams = [child.stdout, child.stderr].map((stream) => ({ stream, lines: new OutputLines(onLine) }));
    for (const { stream, lines } of streams) stream?.on('data', (chunk: Buffer | string) => lines.push(chunk));

    const timer = setInterval(() => unharmed(() => training.poll()), POLL_INTERVAL_MS);
    timer.unref();
    this.#timers.add(timer);
    const end = await endOf(child);
    clearInterval(timer);
    this.#timers.delete(timer);

    for (const { lines } of streams) lines.end();
    unharmed(() => training.end(end.exitCode === 0));
    const { epochs, saveDir, bestWeights } = training;
    return { ...end, epochs, saveDir, bestWeights, lastLines };
  }
}

type ProcessEnd = Pick<TrainingOutcome, 'exitCode' | 'signal' | 'error'>;

/** Resolves when the process has ended and its output is read. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let error: Error | undefined;
    child.once('error', (reason) => {
      error = reason;
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...(error && { error }) }));
    const isGone = child.exitCode !== null || child.signalCode !== null;
    if (isGone && [child.stdout, child.stderr].every((stream) => !stream || stream.closed)) {
      resolve({ exitCode: child.exitCode, signal: child.signalCode }); // it ended before anybody listened
    }
  });
}

/** A folder that vanishes or cannot be read costs a report, not the training. */
function unharmed(work: () => void): void {
  try {
    work();
  } catch {
    // Reports themselves never throw; this was a file, and the next look may find it.
  }
}
