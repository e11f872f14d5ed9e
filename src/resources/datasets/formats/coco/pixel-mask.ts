import type { ImageSize, Point, PolygonPart } from '../../model/annotated-image.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';

/** More pixels than a picture has that a picture library opens. */
const MOST_PIXELS = 268_435_456;

/** A mask as COCO writes it: lengths of runs, first of pixels outside, then of pixels inside, down one column after the other. */
export interface RunLengths {
  /** Height and width. */
  readonly size: readonly [number, number];
  readonly counts: readonly number[];
}

/** Which pixels belong to an object. */
export class PixelMask {
  readonly #pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#pixels = new Uint8Array(width * height);
  }

  /** Reads runs, given as numbers or packed into a text; undefined where they are none, or do not fill the picture. */
  static fromRuns(value: unknown): PixelMask | undefined {
    const { size, counts: given }: Readonly<Record<string, unknown>> = isRecord(value) ? value : {};
    const [height, width] = Array.isArray(size) ? (size as unknown[]) : [];
    if (!isSize(height) || !isSize(width) || width * height > MOST_PIXELS) return undefined;
    const counts = countsIn(given);
    if (counts?.reduce((sum, count) => sum + count, 0) !== width * height) return undefined;
    const mask = new PixelMask(width, height);
    let at = 0;
    for (const [index, count] of counts.entries()) {
      if (index % 2 === 1) mask.#pixels.fill(1, at, at + count);
      at += count;
    }
    return mask;
  }

  /** The pixels whose centres lie in a polygon of any number of parts. */
  static fromParts(parts: readonly PolygonPart[], { width, height }: ImageSize): PixelMask {
    const mask = new PixelMask(width, height);
    for (const { outline, holes } of parts) {
      for (let x = 0; x < width; x++) {
        const crossings = [outline, ...holes].flatMap((loop) => crossingsOf(loop, x + 0.5)).sort((a, b) => a - b);
        for (let index = 0; index + 1 < crossings.length; index += 2) {
          const [top, bottom] = [firstCentre(crossings[index] ?? 0), firstCentre(crossings[index + 1] ?? 0)];
          const column = x * height;
          mask.#pixels.fill(1, column + Math.max(top, 0), column + Math.max(Math.min(bottom, height), 0));
        }
      }
    }
    return mask;
  }

  has(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height && this.#pixels[x * this.height + y] === 1;
  }

  /** How many pixels it has. */
  get area(): number {
    return this.#pixels.reduce((sum, pixel) => sum + pixel, 0);
  }

  toRuns(): RunLengths {
    const counts: number[] = [];
    let [value, start] = [0, 0];
    for (let at = 0; at <= this.#pixels.length; at++) {
      if (this.#pixels[at] === value) continue;
      counts.push(at - start);
      [value, start] = [1 - value, at];
    }
    return { size: [this.height, this.width], counts };
  }
}

/** Where a closed line crosses an upright one. */
function crossingsOf(loop: readonly Point[], x: number): number[] {
  return loop.flatMap(([x1, y1], index) => {
    const [x2, y2] = loop[(index + 1) % loop.length] as Point;
    return x1 > x === x2 > x ? [] : [y1 + ((x - x1) / (x2 - x1)) * (y2 - y1)];
  });
}

/** The first pixel of a column whose centre is not above a place. */
function firstCentre(y: number): number {
  return Math.ceil(y - 0.5);
}

function countsIn(given: unknown): readonly number[] | undefined {
  const counts: unknown = typeof given === 'string' ? unpacked(given) : given;
  const isCounts = Array.isArray(counts) && counts.every((count) => Number.isInteger(count) && count >= 0);
  return isCounts ? (counts as readonly number[]) : undefined;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

/**
 * Runs that are packed into a text: numbers in digits of five bits, the lowest first, each as a character from `0` on; 32 more says that
 * another digit follows. From the fourth on, a number is what its run has more than the run two before.
 */
function unpacked(text: string): readonly number[] | undefined {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, shift, digit] = [0, 0, 0];
    do {
      digit = text.charCodeAt(at++) - 48;
      if (!(digit >= 0 && digit < 64) || shift > 30) return undefined;
      value |= (digit & 31) << shift;
      shift += 5;
    } while (digit & 32);
    if (digit & 16 && shift < 32) value |= -1 << shift;
    counts.push(counts.length > 2 ? value + (counts.at(-2) ?? 0) : value);
  }
  return counts;
}
