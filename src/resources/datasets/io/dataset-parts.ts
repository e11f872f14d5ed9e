import { byCodePoint } from '../model/class-order.js';

/** A part of a data set that has a folder of its own. */
export interface DatasetPart {
  /** Null where the data set has no parts. */
  readonly split: string | null;
  readonly folder: string;
}

const SPLIT_NAMES: Readonly<Record<string, string>> = { val: 'valid', validation: 'valid' };
const SPLIT_ORDER = ['train', 'valid', 'test'];

/** The name that a part has here, whatever its folder is called. */
export function splitName(folder: string): string {
  return SPLIT_NAMES[folder] ?? folder;
}

/** Parts in the order train, valid, test, others. */
export function bySplit(left: DatasetPart, right: DatasetPart): number {
  return rankOf(left) - rankOf(right);
}

/** Names of parts in that order; others by code point. */
export function bySplitName(left: string | null, right: string | null): number {
  const ranks = rankOf({ split: left, folder: '' }) - rankOf({ split: right, folder: '' });
  return ranks === 0 ? byCodePoint(left ?? '', right ?? '') : ranks;
}

function rankOf({ split }: DatasetPart): number {
  const rank = SPLIT_ORDER.indexOf(split ?? '');
  return rank === -1 ? SPLIT_ORDER.length : rank;
}
