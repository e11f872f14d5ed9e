/** What a contract suite asks of a value, as jest, vitest and others answer it. */
export interface ContractExpectation {
  toBe(expected: unknown): unknown;
  toEqual(expected: unknown): unknown;
  toMatchObject(expected: object): unknown;
  toHaveLength(expected: number): unknown;
  toBeUndefined(): unknown;
  toBeGreaterThan(expected: number): unknown;
  toThrow(expected?: RegExp): unknown;
  readonly resolves: Omit<ContractExpectation, 'resolves' | 'rejects'>;
  readonly rejects: Omit<ContractExpectation, 'resolves' | 'rejects'>;
}

/**
 * The functions of a test runner that a contract suite is written with. Those of jest and vitest fit as they are: hand over
 * `{ describe, it, expect, beforeEach, afterEach }`.
 */
export interface TestFrame {
  readonly describe: (name: string, define: () => void) => unknown;
  /** @param limitMs - Guard against a hang, for cases that take long on a slow machine. */
  readonly it: (name: string, test: () => Promise<void>, limitMs?: number) => unknown;
  readonly beforeEach: (prepare: () => unknown) => unknown;
  readonly afterEach: (cleanUp: () => unknown) => unknown;
  readonly expect: (actual: unknown) => ContractExpectation;
}

/** Defines a case for each row, which stands for `%s` in its title; of a list, the first value does. */
export function forEachRow<T>(
  { it }: Pick<TestFrame, 'it'>,
  rows: readonly T[],
): (title: string, test: (row: T) => Promise<void>) => void {
  return (title, test) => {
    for (const row of rows) it(title.replace('%s', String(Array.isArray(row) ? row[0] : row)), () => test(row));
  };
}
