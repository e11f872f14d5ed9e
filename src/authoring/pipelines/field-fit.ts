import type { ValueType } from '../../foundation/schema/class-description.js';

/** Whether a value of one type can be handed to a field of another: always, sometimes or never. */
export type FieldFit = 'yes' | 'maybe' | 'no';

/** Kinds that may stand for each other: JSON tells an integer from a number only by its value, and a date is a text there. */
const RELATED: Readonly<Partial<Record<ValueType['kind'], readonly ValueType['kind'][]>>> = {
  number: ['integer'],
  object: ['mapping'],
  mapping: ['object'],
  date: ['string'],
  string: ['date'],
};

/** How a result's field fits a param's. What neither side says anything about fits. */
export function fitOf(source: ValueType, target: ValueType): FieldFit {
  if (source.kind === 'any' || target.kind === 'any') return 'yes';
  if (target.kind === 'union') return fitOfUnion(source, target.types);
  if (source.kind === 'union') return source.types.some((kind) => kind === target.kind) ? 'maybe' : 'no';
  if (source.kind === 'list' && target.kind === 'list') return fitOf(source.item, target.item);
  return fitOfKinds(source.kind, target.kind);
}

function fitOfKinds(source: ValueType['kind'], target: ValueType['kind']): FieldFit {
  if (source === target || (source === 'integer' && target === 'number')) return 'yes';
  return RELATED[source]?.includes(target) ? 'maybe' : 'no';
}

function fitOfUnion(source: ValueType, types: readonly string[]): FieldFit {
  if (source.kind === 'union') return source.types.some((kind) => types.includes(kind)) ? 'yes' : 'no';
  const isNumber = source.kind === 'integer' && types.includes('number');
  return isNumber || types.includes(source.kind) ? 'yes' : 'no';
}
