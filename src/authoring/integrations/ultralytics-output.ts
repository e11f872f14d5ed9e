/** Losses or metrics by name. */
export type NamedNumbers = Readonly<Record<string, number>>;

/** What one line of the training's output says. */
export type OutputFact =
  | { readonly kind: 'total'; readonly epochs: number }
  | {
      readonly kind: 'save_dir';
      readonly path: string;
      /** Whether it is surely the training's; a validation afterwards names a folder of its own in the same words. */
      readonly isTraining: boolean;
    }
  | { readonly kind: 'epoch_header' }
  | {
      readonly kind: 'epoch';
      /** From 1. */
      readonly epoch: number;
      readonly total: number;
      /** Part of the epoch's batches that is done, 0 to 1, where the line has a bar. */
      readonly fraction?: number;
      readonly losses: NamedNumbers;
    }
  | { readonly kind: 'validation'; readonly metrics: NamedNumbers }
  | { readonly kind: 'training_over' }
  | { readonly kind: 'package_missing' };

const EPOCH_ROW = /^\s*(\d+)\/(\d+)\s+(\S+)\s+([^:]*)(?::\s*(.*))?$/;
const BAR = /\d+%.*?(\d+)\/(\d+)/;

/**
 * Understands what Ultralytics prints while it trains, for every task: the names of the losses come from the table's header,
 * the kind of metrics from the number of columns and from those names. Anything else is no fact.
 */
export class UltralyticsOutput {
  #lossNames: readonly string[] | undefined;

  /** What `line` says, if it says anything. */
  read(line: string): OutputFact | undefined {
    return readAnnouncement(line) ?? this.#readHeader(line) ?? this.#readEpoch(line) ?? this.#readValidation(line);
  }

  #readHeader(line: string): OutputFact | undefined {
    const [first, memory, ...columns] = line.trim().split(/\s+/);
    if (first !== 'Epoch' || !/^gpu_mem$/i.test(memory ?? '')) return undefined;
    const end = columns.findIndex((name) => !/loss/i.test(name));
    this.#lossNames = end === -1 ? columns : columns.slice(0, end);
    return { kind: 'epoch_header' };
  }

  #readEpoch(line: string): OutputFact | undefined {
    const match = this.#lossNames && EPOCH_ROW.exec(line);
    if (!match || !this.#lossNames) return undefined;
    const [, epoch, total, , columns = '', tail = ''] = match;
    const [, done, batches] = BAR.exec(tail) ?? [];
    return {
      kind: 'epoch',
      epoch: Number(epoch),
      total: Number(total),
      ...(Number(batches) > 0 && { fraction: Math.min(Number(done) / Number(batches), 1) }),
      losses: named(this.#lossNames, columns.trim().split(/\s+/).map(Number)),
    };
  }

  #readValidation(line: string): OutputFact | undefined {
    const [label, ...cells] = line.trim().split(/\s+/);
    if (label !== 'all' || !this.#lossNames) return undefined;
    const numbers = cells.map(Number);
    if (numbers.length === 2) {
      return { kind: 'validation', metrics: named(['accuracy_top1', 'accuracy_top5'], numbers) };
    }
    // images, instances, then precision, recall, mAP50, mAP50-95 of the boxes and of what the task has beside them
    if (numbers.length !== 6 && numbers.length !== 10) return undefined;
    const beside = this.#lossNames.includes('pose_loss') ? 'pose' : 'mask';
    const names = ['', '', '', '', 'mAP50', 'mAP50_95', '', '', `${beside}_mAP50`, `${beside}_mAP50_95`];
    return { kind: 'validation', metrics: named(names, numbers) };
  }
}

function readAnnouncement(line: string): OutputFact | undefined {
  const text = line.trim();
  const total = /^Starting training for (\d+) epochs/.exec(text)?.[1];
  if (total) return { kind: 'total', epochs: Number(total) };
  const [, verb, path] = /^(Logging results|Results saved) to (.+)$/.exec(text) ?? [];
  if (path) return { kind: 'save_dir', path, isTraining: verb === 'Logging results' };
  if (/^\d+ epochs completed in /.test(text)) return { kind: 'training_over' };
  if (/No module named '?ultralytics'?/.test(text)) return { kind: 'package_missing' };
  return undefined;
}

/** Pairs names with numbers; what has no name, no number or no finite one is left out. */
function named(names: readonly string[], numbers: readonly number[]): NamedNumbers {
  const pairs = names.map((name, index) => [name, numbers[index] ?? NaN] as const);
  return Object.fromEntries(pairs.filter(([name, number]) => name !== '' && Number.isFinite(number)));
}
