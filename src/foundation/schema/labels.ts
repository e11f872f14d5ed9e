/**
 * A field's name as a title: underscores become spaces one for one, each letter after a non-letter is upper-cased and all
 * others are lower-cased, so `iou_threshold_2d` is `Iou Threshold 2D`.
 */
export function labelOf(name: string): string {
  return name
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase());
}
