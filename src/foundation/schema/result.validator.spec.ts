import { IsInt, IsString, ValidateIf } from 'class-validator';
import { ResultValidator } from './result.validator.js';
import { UiField } from './ui-field.decorator.js';

class TrainResult {
  @IsInt()
  v!: number;
}

class OtherResult {
  @IsString()
  name = 'x';
}

describe(ResultValidator, () => {
  const validator = new ResultValidator();

  it.each([
    ['an instance of the class', Object.assign(new TrainResult(), { v: 1 })],
    ['an object with the fields of the class', { v: 1 }],
    ['an object whose texts spell the values', { v: '1' }],
    ['an object with more than the class says', { v: 1, seconds: 3 }],
  ])('has nothing to say about %s', (_case, value) => {
    expect(validator.check(TrainResult, value)).toBeUndefined();
  });

  it('lists what is wrong with an object, and leaves it as it is', () => {
    const value = Object.freeze({ w: 1 });

    expect(validator.check(TrainResult, value)).toEqual({
      message: expect.stringMatching(
        /^Result validation warning for TrainResult: 1 validation error for TrainResult: v: /,
      ),
      issues: [expect.objectContaining({ path: 'v', code: 'missing' })],
    });
  });

  it.each([
    ['a list', [1], 'list'],
    ['a text', 'done', 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an instance of another class', new OtherResult(), 'OtherResult'],
  ])('tells a type mismatch for %s', (_case, value, type) => {
    expect(validator.check(TrainResult, value)).toMatchObject({
      message: `Result type mismatch: expected TrainResult or dict, got ${type}`,
    });
  });

  it('checks an instance of the class too', () => {
    expect(validator.check(TrainResult, Object.assign(new TrainResult(), { v: 'x' }))).toMatchObject({
      issues: [{ path: 'v' }],
    });
  });

  it('D35: turns whatever goes wrong while checking into a finding', () => {
    class NotAModel {
      constructor(needed: { text: string }) {
        needed.text.trim();
      }
    }
    class Throws {
      @ValidateIf(() => {
        throw new Error('boom');
      })
      @UiField()
      v = 1;
    }

    expect(validator.check(NotAModel as unknown as new () => object, { v: 1 })).toMatchObject({
      message: expect.stringMatching(/^Result validation failed: /),
    });
    expect(validator.check(Throws, { v: 1 })).toMatchObject({ message: expect.stringContaining('boom') });
  });
});
