import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from './error-codes.js';
import * as exported from './index.js';

interface Row {
  readonly code: string;
  readonly error: string;
  readonly kind: string;
  readonly retryable: boolean;
}

/** Serves as text, list and options alike, so that every class can be made without knowing its arguments. */
const ANYTHING = ['x'];

function rowsOfExports(): Row[] {
  return Object.entries(exported).flatMap(([error, value]) => {
    if (typeof value !== 'function' || !(value.prototype instanceof exported.SynapseError)) return [];
    const { code, kind, retryable } = Reflect.construct(value, Array(5).fill(ANYTHING)) as exported.SynapseError;
    return code === undefined ? [] : [{ code, error, kind, retryable }]; // only the abstract base has none
  });
}

function rowsOfTable(): Row[] {
  return Object.entries(ERROR_CODES).map(([code, info]) => ({ code, ...info }));
}

function rowsOfDocs(): Row[] {
  const text = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
  return [...text.matchAll(/^\| `(SYN_\w+)` \| `(\w+)` \| (\w+) \| (yes|no) \| \S.*\. \|$/gm)].map(
    ([, code = '', error = '', kind = '', retryable]) => ({ code, error, kind, retryable: retryable === 'yes' }),
  );
}

function byCode(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => a.code.localeCompare(b.code));
}

describe('the error codes', () => {
  it('in the table of codes are those of the exported classes', () => {
    expect(byCode(rowsOfTable())).toEqual(byCode(rowsOfExports()));
  });

  it('in docs/errors.md are those of the table, in its order, each with its meaning', () => {
    expect(rowsOfDocs()).toEqual(rowsOfTable());
  });

  it('are each used by one class', () => {
    const codes = rowsOfExports().map(({ code }) => code);

    expect(codes).toHaveLength(new Set(codes).size);
  });

  it('D44: two different failures do not share a name', () => {
    expect(exported).not.toHaveProperty('ValidationError');
    expect(new exported.ParamsInvalidError('a', []).code).not.toBe(new exported.RequestInvalidError('a').code);
    expect(new exported.RequestInvalidError('a')).not.toBeInstanceOf(exported.PluginError);
  });
});
