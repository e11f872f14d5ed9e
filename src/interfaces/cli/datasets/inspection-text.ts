import type { DatasetInspection } from '../../../resources/datasets/inspect/inspect-dataset.js';
import { tableText } from '../table.js';
import { counted } from './conversion-text.js';

/** What is in a data set, for people. */
export function inspectionText(inspection: DatasetInspection): string {
  const images = inspection.splits.reduce((sum, { images: count }) => sum + count, 0);
  const kinds = Object.entries(inspection.kinds).map(([kind, count]) => `${count} ${kind}`);
  const head = `${inspection.format}: ${counted(images, 'picture')}, ${kinds.join(', ') || 'no annotations'}\n`;
  return [head, splitText(inspection), classText(inspection), problemText(inspection), lossText(inspection)]
    .filter((text) => text !== '')
    .join('\n');
}

function splitText({ splits }: DatasetInspection): string {
  const rows = splits.map((one) => [
    one.split ?? '(all)',
    ...[one.images, one.unlabelled, one.empty, one.annotations].map(String),
  ]);
  return tableText(['PART', 'PICTURES', 'NOT LABELLED', 'EMPTY', 'ANNOTATIONS'], rows);
}

function classText({ classes, splits }: DatasetInspection): string {
  const parts = splits.map(({ split }) => split ?? '');
  const rows = classes.map(({ name, by_split, annotations }, id) => {
    const counts = parts.length > 1 ? parts.map((part) => String(by_split[part] ?? 0)) : [];
    return [String(id), name, ...counts, String(annotations)];
  });
  const headings = parts.length > 1 ? parts.map((part) => part.toUpperCase()) : [];
  return rows.length === 0 ? '' : tableText(['ID', 'CLASS', ...headings, 'ALL'], rows);
}

function problemText({ problems }: DatasetInspection): string {
  if (problems.length === 0) return 'No problems.\n';
  return tableText(
    ['PROBLEM', 'COUNT', 'FIRST'],
    problems.map(({ code, count, places }) => [code, String(count), places[0] ?? '']),
  );
}

function lossText({ not_read }: DatasetInspection): string {
  if (not_read.length === 0) return '';
  return tableText(
    ['NOT READ', 'COUNT', 'REASON'],
    not_read.map(({ field, count, reason }) => [field, String(count), reason]),
  );
}
