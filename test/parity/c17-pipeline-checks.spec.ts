import { ActionPipeline } from '../../src/authoring/pipelines/action-pipeline.js';
import { recordedCase } from './recorded-case.js';
import { recordedActions } from './recorded-pipelines.js';

interface Expectation {
  readonly actions: readonly string[];
  readonly strict?: boolean;
  readonly validate_schemas?: boolean;
  readonly value?: string;
  readonly error?: { readonly type: string; readonly message: string };
  readonly log: readonly (readonly [level: string, message: string])[];
}

const { expected } = recordedCase<object, readonly Expectation[]>('C17');
const classes = recordedActions();

/** What the strict check of the original passes over (its defect D45): the initial params may have the field. */
const isD45 = ({ actions, strict }: Expectation): boolean => strict === true && actions.join() === 'A,C';

function build({ actions, strict = false, validate_schemas: validateSchemas = true }: Expectation): {
  readonly text?: string;
  readonly error?: unknown;
  readonly log: readonly (readonly [string, string])[];
} {
  const log: [string, string][] = [];
  const logger = {
    log: (message: string) => log.push(['info', message]),
    warn: (message: string) => log.push(['warning', message]),
  };
  const types = actions.map((letter) => classes[letter] ?? Object);
  try {
    const pipeline = ActionPipeline.of(types, { strict: strict as false, validateSchemas, logger });
    return { text: String(pipeline), log };
  } catch (error) {
    return { error, log };
  }
}

/** The cases write missing fields as Python's sets do. */
const unordered = (message: string): string => message.replaceAll(/[{}]/g, '');

describe('C17: what is checked when a pipeline is built', () => {
  it.each(expected.filter((row) => row.value !== undefined))('$actions, strict $strict, is taken', (row) => {
    const { text, log } = build(row);

    expect(text).toBe(row.value);
    expect(log.map(([level, message]) => [level, unordered(message)])).toEqual(
      row.log.map(([level, message]) => [level, unordered(message)]),
    );
  });

  it.each(expected.filter((row) => row.error && !isD45(row)))('$actions, strict $strict, is refused', (row) => {
    const { error, log } = build(row);

    expect(error).toMatchObject({
      code: row.actions.length === 0 ? 'SYN_PIPELINE_DEFINITION' : 'SYN_SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining(row.error?.message ?? '') as string,
    });
    expect(log).toEqual([]);
  });

  it('D45: takes strictly what the initial params have, and what an earlier result has', () => {
    expect(expected.filter(isD45)).toHaveLength(1);
    expect(expected.filter(isD45).map((row) => build(row).text)).toEqual(['ActionPipeline(A | C)']);
  });
});
