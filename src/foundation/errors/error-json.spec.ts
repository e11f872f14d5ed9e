import * as errors from './index.js';
import { errorFromJson, errorToJson, SynapseError, type SynapseErrorJson } from './index.js';

type ErrorClass = new (...args: unknown[]) => SynapseError;

const CLASSES = (Object.values(errors) as unknown[]).filter(
  (value): value is ErrorClass =>
    typeof value === 'function' && value.prototype instanceof SynapseError && value !== errors.PluginError,
);

function overTheBorder(error: unknown): SynapseError {
  return errorFromJson(JSON.parse(JSON.stringify(errorToJson(error))) as SynapseErrorJson);
}

describe('an error that crosses a process border', () => {
  it.each(CLASSES.map((type) => [type.name, type] as const))(
    '%s keeps its class, code, details and fields',
    (_name, type) => {
      const error = new type(['x'], ['x'], ['x'], ['x']);
      const again = overTheBorder(error);

      expect(again).toBeInstanceOf(type);
      expect(again.name).toBe(type.name);
      expect(again.toJSON()).toEqual(error.toJSON());
      expect(again).toMatchObject(JSON.parse(JSON.stringify({ ...error })) as object);
    },
  );

  it('keeps what a caller can act on', () => {
    const issues = [{ path: 'epochs', message: 'must be at least 1', code: 'min' }];
    const again = overTheBorder(new errors.ParamsInvalidError('train', issues));

    expect(again).toBeInstanceOf(errors.ParamsInvalidError);
    expect(again).toMatchObject({
      code: 'SYN_PARAMS_INVALID',
      kind: 'validation',
      issues,
      details: { action: 'train', issues },
    });
  });

  it('keeps the status of a service', () => {
    const again = overTheBorder(new errors.ServerError('down', { statusCode: 503 }));

    expect(again).toMatchObject({ statusCode: 503, detail: 'down', message: '503: down', retryable: true });
  });

  it('has the messages of its causes, outermost first, and no stack', () => {
    const cause = new Error('disk full', { cause: 'EIO' });
    const json = errorToJson(new errors.ExecutionError('failed', { cause }));

    expect(json.causes).toEqual(['disk full', 'EIO']);
    expect(json).not.toHaveProperty('stack');
    expect((errorFromJson(json).cause as Error).message).toBe('disk full: EIO');
  });

  it('has the stack of where it began as text, where that is asked for', () => {
    const cause = new Error('deep');
    const json = errorToJson(new errors.ExecutionError('failed', { cause }), { withStack: true });

    expect(json.stack).toBe(cause.stack);
    expect(errorFromJson(json).remoteStack).toBe(cause.stack);
  });

  it('survives a chain of causes that runs in a circle', () => {
    const circle = new Error('again');
    circle.cause = circle;

    expect(errorToJson(new errors.ExecutionError('x', { cause: circle }), { withStack: true }).causes).toHaveLength(10);
  });

  it.each([
    ['an error', new TypeError('oops'), 'oops'],
    ['text', 'oops', 'oops'],
    ['an object', { why: 1 }, '{"why":1}'],
    ['nothing', undefined, 'undefined'],
    ['an error without text', new RangeError(), 'RangeError'],
  ])('becomes a failed execution when what was thrown is %s', (_case, thrown, message) => {
    expect(overTheBorder(thrown)).toMatchObject({ code: 'SYN_EXECUTION_FAILED', message });
  });

  it('stays readable when its class is not known here', () => {
    const json = { ...new errors.UsageError('new').toJSON(), name: 'LaterError', code: 'SYN_LATER' } as const;

    expect(errorFromJson(json)).toMatchObject({ name: 'LaterError', code: 'SYN_LATER', kind: 'usage', message: 'new' });
    expect(errorFromJson(json)).toBeInstanceOf(SynapseError);
  });

  it('is not bent by details named like its own members', () => {
    const details = { message: 'other', toJSON: 1, stack: 'x', name: 'y', code: 'SYN_OTHER', cause: 'z' };
    const again = overTheBorder(new errors.ExecutionError('real', { details }));

    expect(again).toMatchObject({ message: 'real', name: 'ExecutionError', code: 'SYN_EXECUTION_FAILED', details });
    expect(again.toJSON()).toMatchObject({ message: 'real', details });
    expect(again.cause).toBeUndefined();
  });
});

describe('SynapseError.is', () => {
  it('holds for an error of another copy of the package, where instanceof does not', async () => {
    let other: typeof errors | undefined;
    await jest.isolateModulesAsync(async () => {
      other = await import('./index.js');
    });
    const foreign = new (other as typeof errors).UsageError('from afar');

    expect(foreign).not.toBeInstanceOf(SynapseError);
    expect(SynapseError.is(foreign)).toBe(true);
    expect(overTheBorder(foreign)).toBeInstanceOf(errors.UsageError);
  });

  it.each([new Error('x'), null, undefined, 'SYN_USAGE', { code: 'SYN_USAGE' }])('does not hold for %p', (value) => {
    expect(SynapseError.is(value)).toBe(false);
  });
});
