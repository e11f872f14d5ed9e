import type { ConversionResult } from '../../../resources/datasets/registry/conversion.js';
import { oneLine, tableText } from '../table.js';

/** What a conversion did, for people. */
export function conversionText(result: ConversionResult): string {
  const route = [result.source_format, ...result.route.map(({ to }) => to)].join(' → ');
  const head = `${route}: ${counted(result.images, 'picture')}, ${counted(result.annotations, 'annotation')}, ${counted(result.classes.length, 'class', 'classes')}\n`;
  return `${head}${lossText(result)}${problemText(result)}${oneLine(result.path)}\n`;
}

/** A number with its word. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function lossText({ losses, target_format }: ConversionResult): string {
  if (losses.length === 0) return 'Nothing was lost.\n';
  const rows = losses.map(({ field, count, reason, places }) => [field, String(count), reason, places[0] ?? '']);
  return `What ${target_format} could not keep (all of it in loss-report.json):\n${tableText(['FIELD', 'COUNT', 'REASON', 'FIRST'], rows)}`;
}

function problemText({ problems }: ConversionResult): string {
  if (problems.length === 0) return '';
  const rows = problems.map(({ code, count, places }) => [code, String(count), places[0] ?? '']);
  return `What was left out because it is wrong:\n${tableText(['PROBLEM', 'COUNT', 'FIRST'], rows)}`;
}
