import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AutologTarget } from './autolog-target.interface.js';
import { type NamedNumbers, type OutputFact, UltralyticsOutput } from './ultralytics-output.js';
import { ResultsTable } from './ultralytics-results.js';

/** Epochs that the original assumes when nobody says how many there are. */
const DEFAULT_EPOCHS = 100;
/** Sample pictures of the validation that Ultralytics draws. */
const SAMPLE_PICTURES = 3;
/** Clocks of file systems are coarse: a file that is older than the training by less than this is still its own. */
const FILE_CLOCK_SLACK_MS = 2_000;

interface OpenEpoch {
  readonly epoch: number;
  isTrained: boolean;
  losses: NamedNumbers;
  metrics: NamedNumbers;
}

/** What is known when the training begins. */
export interface TrainingStart {
  /** Epochs in all, until the output says otherwise. */
  readonly epochs?: number;
  /** Folder that Ultralytics writes to, until the output names it. */
  readonly saveDir?: string;
  /** Folder that relative paths of the output are seen from. */
  readonly cwd: string;
  /** When the training began, in milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** Follows one training: what it prints says how far it is, what it writes to its folder says how good. */
export class UltralyticsTraining {
  readonly #target: AutologTarget;
  readonly #start: TrainingStart;
  readonly #output = new UltralyticsOutput();
  readonly #reported = new Set<number>();
  readonly #pictureTimes = new Map<string, number>();
  #total: number;
  #open: OpenEpoch | undefined;
  #isOver = false;
  #saveDir: string | undefined;
  #results: ResultsTable | undefined;

  constructor(target: AutologTarget, start: TrainingStart) {
    this.#target = target;
    this.#start = start;
    this.#total = start.epochs ?? DEFAULT_EPOCHS;
    if (start.saveDir !== undefined) this.#enterFolder(start.saveDir);
  }

  /** Folder of the training, once it is known. */
  get saveDir(): string | undefined {
    return this.#saveDir;
  }

  /** Epochs whose metrics were reported. */
  get epochs(): number {
    return this.#reported.size;
  }

  /** The best weights, if this training has written any. */
  get bestWeights(): string | undefined {
    return this.#freshFile('weights/best.pt');
  }

  /** Takes in one line of the output. */
  read(line: string): void {
    const fact = this.#output.read(line);
    if (fact) this.#take(fact);
  }

  /** Reports what the folder has that the output did not say, e.g. of a training that prints nothing. */
  poll(): void {
    for (const row of this.#results?.rows() ?? []) {
      if (!this.#reported.has(row.epoch)) this.#reportEpoch(row.epoch, row.losses, row.metrics);
    }
  }

  /** The process has ended. Weights and tables of a failed training are not its results. */
  end(hasSucceeded: boolean): void {
    this.#closeEpoch();
    this.poll();
    if (!hasSucceeded) return;
    this.#target.setProgress(this.#total, this.#total, 'train');
    const weights = this.bestWeights;
    if (weights) this.#target.log('model_weights', { type: 'best' }, weights);
    const results = this.#freshFile('results.csv');
    if (results) this.#target.log('training_results', {}, results);
  }

  #take(fact: OutputFact): void {
    switch (fact.kind) {
      case 'total':
        this.#total = fact.epochs;
        break;
      case 'save_dir':
        this.#takeFolder(fact);
        break;
      case 'epoch_header':
        this.#closeEpoch();
        break;
      case 'epoch':
        this.#takeEpoch(fact);
        break;
      case 'validation':
        this.#takeValidation(fact);
        break;
      case 'training_over': // what follows is a validation of the best weights, not one of an epoch
        this.#closeEpoch();
        this.#isOver = true;
        break;
      case 'package_missing':
        this.#reportMissingPackage();
        break;
    }
  }

  #takeFolder({ path, isTraining }: Extract<OutputFact, { kind: 'save_dir' }>): void {
    if (isTraining || this.#saveDir === undefined) this.#enterFolder(path);
  }

  #takeValidation({ metrics }: Extract<OutputFact, { kind: 'validation' }>): void {
    if (this.#open && !this.#isOver) this.#open.metrics = metrics;
  }

  #takeEpoch(fact: Extract<OutputFact, { kind: 'epoch' }>): void {
    if (this.#reported.has(fact.epoch)) return; // the bar comes through another pipe than the tables, perhaps late
    if (this.#open && this.#open.epoch !== fact.epoch) this.#closeEpoch();
    this.#total = fact.total;
    this.#open ??= { epoch: fact.epoch, isTrained: false, losses: {}, metrics: {} };
    this.#open.losses = fact.losses;
    this.#open.isTrained = fact.fraction === undefined || fact.fraction === 1;
    this.#target.setProgress(fact.epoch - 1 + (fact.fraction ?? 0), this.#total, 'train');
  }

  /** An epoch is over when the next thing begins. By then its line is in results.csv, with more digits than the output has. */
  #closeEpoch(): void {
    const open = this.#open;
    this.#open = undefined;
    if (!open || this.#reported.has(open.epoch)) return;
    const row = this.#results?.rows().findLast(({ epoch }) => epoch === open.epoch);
    if (row) this.#reportEpoch(row.epoch, row.losses, row.metrics);
    else if (open.isTrained) this.#reportEpoch(open.epoch, open.losses, open.metrics);
  }

  #reportEpoch(epoch: number, losses: NamedNumbers, metrics: NamedNumbers): void {
    this.#reported.add(epoch);
    this.#target.setProgress(epoch, this.#total, 'train');
    if (Object.keys(losses).length > 0) this.#target.setMetrics({ epoch, ...losses }, 'train');
    if (Object.keys(metrics).length > 0) this.#target.setMetrics({ epoch, ...metrics }, 'validation');
    this.#reportPictures(epoch);
  }

  /** Ultralytics draws its samples in some epochs only; a picture is reported with the epoch that drew it. */
  #reportPictures(epoch: number): void {
    for (let index = 0; index < SAMPLE_PICTURES; index++) {
      const picture = this.#freshFile(`val_batch${index}_pred.jpg`);
      if (picture === undefined || this.#pictureTimes.get(picture) === writtenAtMs(picture)) continue;
      this.#pictureTimes.set(picture, writtenAtMs(picture));
      this.#target.log('validation_samples', { group: epoch, index }, picture);
    }
  }

  #enterFolder(path: string): void {
    const folder = resolve(this.#start.cwd, path);
    if (folder === this.#saveDir) return;
    this.#saveDir = folder;
    this.#results = new ResultsTable(join(folder, 'results.csv'), this.#freshFile('results.csv') === undefined);
  }

  /** A file of the training's folder, unless it is missing or left from an earlier training. */
  #freshFile(name: string): string | undefined {
    if (this.#saveDir === undefined) return undefined;
    const path = join(this.#saveDir, name);
    return writtenAtMs(path) >= this.#start.startedAtMs - FILE_CLOCK_SLACK_MS ? path : undefined;
  }

  #reportMissingPackage(): void {
    const content =
      "The Python that runs the training has no 'ultralytics'. Install it there: pip install ultralytics.";
    this.#target.log('message', { context: 'danger', content });
  }
}

/** When a file was written last, in milliseconds since 1970; 0 when it is missing or out of reach. */
function writtenAtMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
