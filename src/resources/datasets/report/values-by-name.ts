import type { AnnotationAttribute } from '../model/annotated-image.js';
import type { LossLog } from './loss-log.js';

/** Attributes for a format that has one value for a name: the last of several, as readers of JSON take it. The others are counted. */
export function valuesByName(
  attributes: readonly AnnotationAttribute[],
  losses: LossLog,
  placeOf: () => string,
): ReadonlyMap<string, AnnotationAttribute['value']> {
  const values = new Map<string, AnnotationAttribute['value']>();
  for (const { name, value } of attributes) {
    if (values.has(name))
      losses.add(`attributes.${name}`, 'there is one value for a name; the last one is kept', placeOf);
    values.set(name, value);
  }
  return values;
}
