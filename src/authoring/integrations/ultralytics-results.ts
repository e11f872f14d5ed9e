import { readFileSync } from 'node:fs';
import type { NamedNumbers } from './ultralytics-output.js';

/** One line of results.csv: an epoch, as exactly as Ultralytics keeps it. */
export interface ResultsRow {
  /** From 1. */
  readonly epoch: number;
  readonly losses: NamedNumbers;
  readonly metrics: NamedNumbers;
}

/** Letters that Ultralytics puts behind a metric: B(ox), M(ask), P(ose). Boxes are what every task has, so they go unnamed. */
const PREFIXES: Readonly<Record<string, string>> = { B: '', M: 'mask_', P: 'pose_' };

/** Reads results.csv while the training writes it: only what is new, and only whole lines. */
export class ResultsTable {
  readonly #path: string;
  /** What the file held before this training: it goes on below, or starts the file anew. */
  readonly #before: string;
  #text = '';
  #rows: readonly ResultsRow[] = [];

  /** @param isStale - Whether what the file holds now is from an earlier training in the same folder. */
  constructor(path: string, isStale: boolean) {
    this.#path = path;
    this.#before = isStale ? readIfThere(path) : '';
  }

  /** Rows of this training so far. */
  rows(): readonly ResultsRow[] {
    const text = readIfThere(this.#path);
    if (text === this.#text) return this.#rows;
    this.#text = text;
    const oldRows = text.startsWith(this.#before) ? parse(this.#before).length : 0;
    this.#rows = parse(text).slice(oldRows);
    return this.#rows;
  }
}

/** The whole lines of a table that may be in the middle of a line. */
function parse(text: string): ResultsRow[] {
  const [header = '', ...lines] = text.slice(0, text.lastIndexOf('\n') + 1).split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim());
  return lines.map((line) => toRow(names, line.split(','))).filter((row) => row !== undefined);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not written yet, or being replaced at this moment
  }
}

function toRow(names: readonly string[], cells: readonly string[]): ResultsRow | undefined {
  if (cells.length !== names.length) return undefined;
  const losses: Record<string, number> = {};
  const metrics: Record<string, number> = {};
  let epoch: number | undefined;
  for (const [index, name] of names.entries()) {
    const cell = cells[index]?.trim();
    const value = cell ? Number(cell) : NaN;
    if (!Number.isFinite(value)) continue;
    if (name === 'epoch') epoch = value;
    else if (name.startsWith('train/')) losses[name.slice('train/'.length)] = value;
    else if (name.startsWith('metrics/')) addMetric(metrics, name.slice('metrics/'.length), value);
  }
  return epoch === undefined ? undefined : { epoch, losses, metrics };
}

/** `mAP50-95(M)` becomes `mask_mAP50_95`. Precision and recall are not part of what a run reports. */
function addMetric(metrics: Record<string, number>, name: string, value: number): void {
  const [, base = name, kind] = /^(.+)\((\w)\)$/.exec(name) ?? [];
  if (base === 'precision' || base === 'recall') return;
  const prefix = kind === undefined ? '' : (PREFIXES[kind] ?? `${kind.toLowerCase()}_`);
  metrics[prefix + base.replaceAll('-', '_')] = value;
}
