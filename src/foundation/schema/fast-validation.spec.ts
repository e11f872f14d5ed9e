import { Transform, Type } from 'class-transformer';
import { IsInt, IsString, registerDecorator, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { ClassDescriber } from './class-describer.js';
import { ClassValidation, type ValidatedInstance } from './class-validation.js';
import { FastValidation } from './fast-validation.js';
import type { UnknownKeys } from './instance-builder.js';
import { randomCases } from './random-class.fixture.js';
import { UiField } from './ui-field.decorator.js';

const complete = (type: new () => object, input: unknown, unknownKeys: UnknownKeys): ValidatedInstance<object> => {
  const judged = new ClassValidation(new ClassDescriber(), unknownKeys).validate(type, input);
  if (judged instanceof Promise) throw new Error('no rule of these classes may wait');
  return judged;
};

describe(FastValidation, () => {
  it.each<UnknownKeys>(['refuse', 'ignore'])(
    'agrees with class-validator on what it accepts and on the instance (unknown keys: %s)',
    (unknownKeys) => {
      let accepted = 0;
      let refused = 0;
      fc.assert(
        fc.property(randomCases(), ({ type, input }) => {
          const fast = new FastValidation(unknownKeys).accept(type, input);
          const { instance, issues } = complete(type, input, unknownKeys);

          if (fast === undefined) refused += 1;
          else accepted += 1;
          expect({ isAccepted: fast !== undefined, issues }).toEqual({ isAccepted: issues.length === 0, issues });
          if (fast !== undefined) {
            expect(fast).toEqual(instance);
            expect(Object.getPrototypeOf(fast)).toBe(type.prototype);
          }
        }),
        { numRuns: 400 },
      );
      // Both answers must have been compared, or the property would say nothing.
      expect(Math.min(accepted, refused)).toBeGreaterThan(40);
    },
    120_000,
  );

  it('agrees with class-validator on instances, which it returns as they are', () => {
    let accepted = 0;
    fc.assert(
      fc.property(randomCases(), ({ type, input }) => {
        const instance = complete(type, input, 'refuse').instance;
        fc.pre(instance instanceof type);
        const fast = new FastValidation('refuse').accept(type, instance);

        if (fast !== undefined) accepted += 1;
        expect(fast !== undefined).toBe(complete(type, instance, 'refuse').issues.length === 0);
        if (fast !== undefined) expect(fast).toBe(instance);
      }),
      { numRuns: 200 },
    );
    expect(accepted).toBeGreaterThan(20);
  }, 120_000);

  it('does not hand the caller’s lists and objects of fields on', () => {
    class Inner {
      @IsInt()
      value = 1;
    }
    class Outer {
      @IsInt({ each: true })
      ids: number[] = [];

      @UiField({ itemType: Inner })
      items: Inner[] = [];
    }
    const input = { ids: [1], items: [{ value: 2 }] };
    const params = new FastValidation('refuse').accept(Outer, input);
    input.ids.push(2);

    expect(params).toEqual({ ids: [1], items: [{ value: 2 }] });
    expect(params?.items[0]).not.toBe(input.items[0]);
  });

  it('reads classes that contain each other', () => {
    class Tree {
      @IsInt()
      value = 0;

      @ValidateNested({ each: true })
      @Type(() => Tree)
      children: Tree[] = [];
    }
    const validation = new FastValidation('refuse');

    expect(
      validation.accept(Tree, { children: [{ value: 1, children: [{ value: '2' }] }] })?.children[0]?.children[0],
    ).toBeInstanceOf(Tree);
    expect(validation.accept(Tree, { children: [{ value: 1, children: [{ value: 'x' }] }] })).toBeUndefined();
  });

  it.each([
    [
      'a rule of the author’s own',
      () =>
        ValidateBy({
          name: 'isOdd',
          validator: { validate: (value) => Number(value) % 2 === 1 },
        }),
    ],
    ['a condition', () => ValidateIf(() => true)],
    ['a transformation', () => Transform(({ value }) => Number(value))],
    ['a group', () => IsInt({ groups: ['admin'] })],
    [
      'an asynchronous rule',
      () => (target: object, property: string | symbol) =>
        registerDecorator({
          ...{ name: 'isFree', target: target.constructor, propertyName: String(property), async: true },
          validator: { validate: () => Promise.resolve(true) },
        }),
    ],
  ])('leaves a class with %s to class-validator', (_case, decorator: () => PropertyDecorator) => {
    class Special {
      @decorator()
      @IsInt()
      value = 1;
    }

    expect(new FastValidation('refuse').accept(Special, { value: 3 })).toBeUndefined();
  });

  it('does not take a rule for a known one only because of its name', () => {
    const IsSmallText = ValidateBy({ name: 'isString', validator: { validate: (value) => value === 'small' } });
    class Borrowed {
      @IsSmallText
      value = 'small';
    }
    const validation = new FastValidation('refuse');

    expect(validation.accept(Borrowed, { value: 'small' })).toEqual({ value: 'small' });
    expect(validation.accept(Borrowed, { value: 'large' })).toBeUndefined();
  });

  it('leaves a mapping with a type for its values to class-validator', () => {
    class Weights {
      @UiField({ itemType: Number })
      weights: Record<string, number> = {};
    }

    expect(new FastValidation('refuse').accept(Weights, {})).toBeUndefined();
  });

  it('leaves a class with a field named like a member of every object to class-validator', () => {
    class Named {
      @UiField()
      toString: () => string = () => 'x';
    }

    expect(new FastValidation('refuse').accept(Named, {})).toBeUndefined();
  });

  it('leaves input whose getters throw to the path that can report it', () => {
    class Plain {
      @IsString()
      value = '';
    }
    const input = {
      get value(): string {
        throw new Error('no');
      },
    };

    expect(new FastValidation('refuse').accept(Plain, input)).toBeUndefined();
  });

  it('leaves everything to class-validator in a process that forbids generated code', () => {
    class Plain {
      @IsInt()
      value = 1;
    }
    const allowed = globalThis.Function;
    globalThis.Function = function forbidden() {
      throw new EvalError('Code generation from strings disallowed for this context');
    } as unknown as FunctionConstructor;
    try {
      expect(new FastValidation('refuse').accept(Plain, { value: 2 })).toBeUndefined();
    } finally {
      globalThis.Function = allowed;
    }
    expect(new FastValidation('refuse').accept(Plain, { value: 2 })).toEqual({ value: 2 });
  });
});
