import { MaxLength } from 'class-validator';
import { ParamsInvalidError } from '../errors/index.js';
import { UiField } from './ui-field.decorator.js';
import { issuesOf, parse } from './params-parsing.fixture.js';

describe('hostile and huge input', () => {
  class Free {
    @UiField()
    mapping: Record<string, unknown> = {};

    @UiField({ itemType: Number })
    numbers: number[] = [];
  }
  class Tree {
    @UiField({ itemType: () => Tree })
    children: Tree[] = [];
  }

  it.each([
    ['__proto__ among the params', '{"__proto__":{"polluted":1}}', '__proto__'],
    ['constructor among the params', '{"constructor":{"prototype":{"polluted":1}}}', 'constructor'],
    ['__proto__ deep in free-form params', '{"mapping":{"a":[{"__proto__":{"polluted":1}}]}}', 'mapping.a.0.__proto__'],
    [
      'constructor deep in free-form params',
      '{"mapping":{"constructor":{"prototype":{"polluted":1}}}}',
      'mapping.constructor',
    ],
  ])('refuses %s and pollutes nothing', (_case, json, path) => {
    expect(issuesOf(Free, JSON.parse(json)).map(([at]) => at)).toEqual([path]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes a label called constructor for what it is', () => {
    expect(parse(Free, { mapping: { constructor: 'Ferrari' } }).mapping).toEqual({ constructor: 'Ferrari' });
  });

  it('reads 10 MB of params', () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => index);
    const mapping = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, index) => [`key${index}`, { text: 'x'.repeat(20) }]),
    );
    expect(JSON.stringify({ numbers, mapping }).length).toBeGreaterThan(10_000_000);

    const params = parse(Free, { numbers, mapping });

    expect(params.numbers).toHaveLength(1_000_000);
    expect(Object.keys(params.mapping)).toHaveLength(200_000);
  });

  it('refuses 10 MB of wrong params with a list of faults that stays readable', () => {
    const issues = issuesOf(Tree, { children: Array.from({ length: 100_000 }, () => ({ unknown: 'x'.repeat(80) })) });

    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)).toEqual(['', 'more_issues']);
  });

  it('refuses input that nests deeper than any params should', () => {
    const json = '{"children":['.repeat(20_000) + ']}'.repeat(20_000);

    expect(issuesOf(Tree, JSON.parse(json)).map(([, code]) => code)).toContain('too_deep');
  });

  it('ends on free-form input that contains itself', () => {
    const mapping: Record<string, unknown> = { a: 1 };
    mapping['self'] = mapping;

    expect(parse(Free, { mapping }).mapping).toBe(mapping);
  });

  it('never quotes a secret, even where the author’s own message would', () => {
    class Login {
      @UiField({ secret: true })
      @MaxLength(5, { message: 'token $value is too long' })
      token!: string;
    }

    expect(() => parse(Login, { token: 'hunter2hunter2' })).toThrow(ParamsInvalidError);
    expect(() => parse(Login, { token: 'hunter2hunter2' })).not.toThrow(/hunter2/);
  });
});
