import type { ValueType } from './class-description.js';

const NUMBERS: readonly number[] = [0, 1, -1, 2, 3, 7, 10, -10, 100, 1000, 1e9, 1e21, 0.001, 0.1, 0.3, 0.5, -0.5, 1.5];

const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    'a',
    'ab',
    'abc',
    'Abc1',
    '0',
    '1',
    '-1',
    '1.5',
    'true',
    'null',
    'a b',
    'a@b.co',
    'https://example.org/x?y=1',
  ],
  ...[
    '\u{1F600}',
    'x\u{1F600}\uFE0F',
    '\uFE0E\uFE0F',
    '\uD83D',
    'é',
    'ß',
    'línea\nnueva',
    'x'.repeat(60),
    'x'.repeat(300),
  ],
];

const SAMPLES: Readonly<Partial<Record<ValueType['kind'], readonly unknown[]>>> = {
  integer: NUMBERS.filter((value) => Number.isInteger(value)),
  number: [...NUMBERS, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  string: TEXTS,
  boolean: [true, false],
  list: [[], [1], ['a', 'b'], [1, 2, 3], Array.from({ length: 20 }, (_, index) => index)],
  mapping: [{}, { a: 1 }],
};

/** Values of a kind, among them those around the rule's own bounds, to compare two ways of checking a rule. */
export function samplesFor(kind: ValueType['kind'], constraints: readonly unknown[]): readonly unknown[] {
  const own = constraints.flatMap((constraint) => around(kind, constraint));
  return [...(SAMPLES[kind] ?? [...NUMBERS, ...TEXTS, true, false]), ...own];
}

function around(kind: ValueType['kind'], constraint: unknown): unknown[] {
  if (Array.isArray(constraint)) return constraint.filter((value) => isOfKind(kind, value)).slice(0, 50);
  if (typeof constraint === 'object' && constraint !== null) return around(kind, Object.values(constraint));
  if (typeof constraint !== 'number' || !Number.isFinite(constraint)) return [];
  const size = Math.max(0, Math.min(1000, Math.trunc(constraint)));
  const sizes = [Math.max(0, size - 1), size, size + 1];
  if (kind === 'string') return sizes.flatMap((length) => ['y'.repeat(length), '\u{1F600}'.repeat(length)]);
  if (kind === 'list') return sizes.map((length) => Array.from({ length }, () => 0));
  return kind === 'integer' || kind === 'number'
    ? [constraint - 1, constraint, constraint + 1].filter((value) => isOfKind(kind, value))
    : [];
}

function isOfKind(kind: ValueType['kind'], value: unknown): boolean {
  if (kind === 'integer') return Number.isInteger(value);
  return kind === 'number' || kind === 'string' || kind === 'boolean' ? typeof value === kind : true;
}
