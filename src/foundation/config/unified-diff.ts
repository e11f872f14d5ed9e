import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/**
 * What changes from one text to another, as `diff -u` shows it; empty when nothing does.
 *
 * @param name - Name of the file in the two header lines.
 */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return '';
  return createTwoFilesPatch(name, name, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
