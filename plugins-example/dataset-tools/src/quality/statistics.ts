import type { AnnotatedImage } from 'nest-synapse';
import { areaOf, boundsOf, isArea, isShape } from './shapes.js';

/** Bins of how large objects are beside their picture: the upper bounds of their sides' mean, in percent. */
const SIZE_BINS = [1, 2, 5, 10, 20, 50, 100] as const;
/** Bins of how many annotations a picture has. */
const COUNT_BINS = [0, 1, 2, 5, 10, 20, 50, Infinity] as const;
/** Rows and columns into which pictures are divided to see where objects lie. */
const GRID = 12;

/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** What is counted besides findings, for the charts. Its size does not depend on the number of pictures. */
export class Statistics {
  images = 0;
  annotations = 0;
  readonly #classes = new Map<string, number>();
  readonly #sizes: number[] = SIZE_BINS.map(() => 0);
  readonly #counts: number[] = COUNT_BINS.map(() => 0);
  readonly #cells: number[] = Array.from({ length: GRID * GRID }, () => 0);

  add({ annotations, size }: AnnotatedImage): void {
    const shapes = annotations.filter(isShape);
    this.images += 1;
    this.annotations += shapes.length;
    increase(
      this.#counts,
      COUNT_BINS.findIndex((most) => shapes.length <= most),
    );
    for (const shape of shapes) {
      this.#classes.set(shape.label, (this.#classes.get(shape.label) ?? 0) + 1);
      const bounds = boundsOf(shape);
      const pixels = size.width * size.height;
      if (!bounds || pixels <= 0) continue;
      const [x, y] = [(bounds.x + bounds.width / 2) / size.width, (bounds.y + bounds.height / 2) / size.height];
      increase(this.#cells, cellOf(y) * GRID + cellOf(x));
      if (!isArea(shape)) continue;
      const percent = Math.sqrt(areaOf(shape) / pixels) * 100;
      increase(
        this.#sizes,
        SIZE_BINS.findIndex((most) => percent <= most),
      );
    }
  }

  /** Annotations of each class, the most frequent first. */
  byClass(): readonly Bar[] {
    const bars = [...this.#classes].map(([label, value]) => ({ label, value }));
    return bars.sort((one, other) => other.value - one.value || (one.label < other.label ? -1 : 1));
  }

  /** Pictures by the number of their annotations. */
  byCount(): readonly Bar[] {
    return COUNT_BINS.map((most, index) => ({
      label: binText(COUNT_BINS, index, most),
      value: this.#counts[index] ?? 0,
    }));
  }

  /** Objects by their size beside the picture's. */
  bySize(): readonly Bar[] {
    return SIZE_BINS.map((most, index) => {
      const least = SIZE_BINS[index - 1] ?? 0;
      return { label: `${least}–${most} %`, value: this.#sizes[index] ?? 0 };
    });
  }

  /** Objects whose middle lies in each cell of a picture: rows of columns. */
  places(): readonly (readonly number[])[] {
    return Array.from({ length: GRID }, (_, row) => this.#cells.slice(row * GRID, (row + 1) * GRID));
  }
}

function binText(bins: readonly number[], index: number, most: number): string {
  const least = (bins[index - 1] ?? -1) + 1;
  if (most === Infinity) return `${least}+`;
  return least === most ? `${most}` : `${least}–${most}`;
}

function cellOf(share: number): number {
  return Math.min(GRID - 1, Math.max(0, Math.floor(share * GRID)));
}

function increase(counts: number[], index: number): void {
  if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
}
