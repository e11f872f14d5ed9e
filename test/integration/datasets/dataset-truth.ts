import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Names that readers stumble over. */
export const CLASSES = ['zebra', 'Ant', "it's", '고양이', 'yes', '01', '1:30', 'del\u007f'] as const;

/** A box in pixels: x, y, width and height. */
export type TruthBox = readonly [number, number, number, number];

/** A picture, and what is on it. */
export interface TruthPicture {
  readonly part: 'train' | 'valid';
  readonly stem: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly label: string; readonly data: TruthBox }[];
}

/** Numbers from 0 to 1 that are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Pictures of several sizes, some with nothing on them. */
export function truth(): readonly TruthPicture[] {
  const next = numbers(7);
  return Array.from({ length: 24 }, (_, index) => {
    const [width, height] = [60 + Math.floor(next() * 400), 40 + Math.floor(next() * 300)];
    const boxes = Array.from({ length: index % 5 === 4 ? 0 : 1 + Math.floor(next() * 6) }, () => {
      const [w, h] = [1 + next() * (width / 2), 1 + next() * (height / 2)];
      const data: TruthBox = [next() * (width - w), next() * (height - h), w, h];
      return { label: CLASSES[Math.floor(next() * CLASSES.length)] ?? '', data };
    });
    return { part: index % 3 === 0 ? 'valid' : 'train', stem: `그림 ${index}`, width, height, boxes };
  });
}

/** The six corners of a shape that touches all four sides of its box. */
export function outlineOf([x, y, w, h]: TruthBox): readonly (readonly [number, number])[] {
  return [
    ...([
      [x, y + h / 4],
      [x + w / 2, y],
      [x + w, y + h / 3],
    ] as const),
    ...([
      [x + w, y + h],
      [x + w / 3, y + h],
      [x, y + h / 2],
    ] as const),
  ];
}

/** Area of an outline, in pixels. */
export function areaOf(outline: readonly (readonly [number, number])[]): number {
  const sum = outline.reduce((total, [x1, y1], index) => {
    const [x2, y2] = outline[(index + 1) % outline.length] ?? [0, 0];
    return total + x1 * y2 - x2 * y1;
  }, 0);
  return Math.abs(sum) / 2;
}

/** What the annotations of a truth are written as. */
export type TruthTool = 'bounding_box' | 'polygon' | 'keypoint';

/** Writes the pictures as a DM v2 data set. */
export async function writeTruth(folder: string, pictures: readonly TruthPicture[], tool: TruthTool): Promise<void> {
  for (const { part, stem, width, height, boxes } of pictures) {
    for (const name of ['json', 'original_files']) mkdirSync(join(folder, part, name), { recursive: true });
    const items = boxes.map(({ label, data }, index) => ({
      id: `a${index}`,
      classification: label,
      attrs: [],
      ...shapeOf(tool, data),
    }));
    const document = { classification: { [tool]: CLASSES }, images: [{ [tool]: items }] };
    writeFileSync(join(folder, part, 'json', `${stem}.json`), JSON.stringify(document));
    const picture = sharp({ create: { width, height, channels: 3, background: '#336699' } });
    await picture.png().toFile(join(folder, part, 'original_files', `${stem}.png`));
  }
}

function shapeOf(tool: TruthTool, data: TruthBox): object {
  if (tool === 'bounding_box') return { data };
  if (tool === 'polygon') return { data: outlineOf(data) };
  return { data: keypointsOf(data), bounding_box: data };
}

/** Two key points, one hidden and one to be seen: an even number looks like a polygon. */
export function keypointsOf([x, y, w, h]: TruthBox): readonly (readonly number[])[] {
  return [
    [x + w / 4, y + h / 4, 1],
    [x + w / 2, y + h / 2, 2],
  ];
}
