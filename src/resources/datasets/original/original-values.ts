import { DatasetInvalidError, type DatasetPlace } from '../../../foundation/errors/dataset.errors.js';
import type { Box, ImageSize, Keypoint, Point } from '../model/annotated-image.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../model/json-value.js';
import { sixDecimals } from '../model/number-text.js';

/** A class as the original takes it from a document: a text, or a number. */
export type OriginalLabel = string | number;

/** Number of each class. */
export type ClassNumbers = ReadonlyMap<OriginalLabel, number>;

/** Numbers classes in their order; of a class that is named twice, the last number holds. */
export function numbersOf(names: readonly OriginalLabel[]): ClassNumbers {
  return new Map(names.map((name, id) => [name, id]));
}

/** Reads raw values as the original's arithmetic does, and names what it would crash on. */
export class OriginalValues {
  constructor(private readonly place: DatasetPlace) {}

  refuse(problem: string): never {
    throw new DatasetInvalidError(this.place, problem);
  }

  /** A list; nothing stands for one without items. */
  items(value: unknown, name: string): readonly unknown[] {
    if (value === undefined) return [];
    return Array.isArray(value)
      ? (value as unknown[])
      : this.refuse(`'${name}' must be a list, not ${shortText(value)}`);
  }

  record(value: unknown): JsonRecord {
    return isRecord(value) ? value : this.refuse(`an annotation must be an object, not ${shortText(value)}`);
  }

  boxList(value: unknown): Box {
    const list =
      Array.isArray(value) && value.length === 4
        ? (value as unknown[])
        : this.refuse(`a box is four numbers, not ${shortText(value)}`);
    const [x = 0, y = 0, width = 0, height = 0] = list.map((item) => this.number(item));
    return { x, y, width, height };
  }

  box(value: unknown): Box {
    if (!isRecord(value)) return this.boxList(value);
    const [x = 0, y = 0, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((key) => this.number(value[key]));
    return { x, y, width, height };
  }

  points(value: unknown): readonly Point[] {
    return this.items(value, 'data').map((item) => {
      const [x, y] =
        Array.isArray(item) && item.length === 2
          ? (item as unknown[])
          : this.refuse(`a point is a pair of numbers, not ${shortText(item)}`);
      return [this.number(x), this.number(y)];
    });
  }

  /** A list of points, or the one pair of the model. */
  keypoints(value: unknown): readonly Keypoint[] {
    const items = this.items(value, 'data');
    const isPair = items.length === 2 && items.every((item) => typeof item === 'number');
    return (isPair ? [items] : items).map((item) => {
      const [x, y, visibility = 2] = Array.isArray(item)
        ? (item as unknown[])
        : this.refuse(`a key point is [x, y] or [x, y, visibility], not ${shortText(item)}`);
      return [this.number(x), this.number(y), Math.trunc(this.number(visibility))];
    });
  }

  number(value: unknown): number {
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.refuse(`${shortText(value)} is no finite number`);
  }
}

/** Line of a box: number of its class, centre and size. */
export function boxLine(id: number, { x, y, width, height }: Box, size: ImageSize): string {
  const values = [
    (x + width / 2) / size.width,
    (y + height / 2) / size.height,
    width / size.width,
    height / size.height,
  ];
  return `${id} ${values.map(sixDecimals).join(' ')}`;
}

/** Line of a polygon; undefined where it has no points. */
export function polygonLine(id: number, points: readonly Point[], size: ImageSize): string | undefined {
  if (points.length === 0) return undefined;
  return `${id} ${points.map(([x, y]) => `${sixDecimals(x / size.width)} ${sixDecimals(y / size.height)}`).join(' ')}`;
}

/** Line of key points; without a box, that of the whole picture. */
export function keypointLine(id: number, points: readonly Keypoint[], box: Box | undefined, size: ImageSize): string {
  const head = boxLine(id, box ?? { x: 0, y: 0, ...size }, size);
  const tail = points.map(
    ([x, y, visibility]) => `${sixDecimals(x / size.width)} ${sixDecimals(y / size.height)} ${visibility}`,
  );
  return `${head} ${tail.join(' ')}`;
}
