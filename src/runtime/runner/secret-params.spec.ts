import { Type } from 'class-transformer';
import { IsString, ValidateNested } from 'class-validator';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import { maskSecrets, redactorFor } from './secret-params.js';

class Account {
  @IsString()
  user!: string;

  @UiField({ secret: true })
  @IsString()
  password!: string;
}

class Params {
  @UiField({ secret: true })
  token?: string;

  @ValidateNested()
  @Type(() => Account)
  main?: Account;

  @ValidateNested({ each: true })
  @Type(() => Account)
  accounts?: Account[];

  @IsString()
  note?: string;
}

const REFERENCE = { $secret: 'caller' };
const PATHS = secretFieldsOf(Params);
const mask = (params: unknown): unknown => maskSecrets(PATHS, params);

describe('Secret params', () => {
  it('puts references in the place of secrets, at any depth, and leaves the rest', () => {
    const params = {
      token: 't',
      main: { user: 'ada', password: 'p' },
      accounts: [
        { user: 'a', password: '1' },
        { user: 'b', password: '2' },
      ],
      note: 'n',
    };

    expect(mask(params)).toEqual({
      token: REFERENCE,
      main: { user: 'ada', password: REFERENCE },
      accounts: [
        { user: 'a', password: REFERENCE },
        { user: 'b', password: REFERENCE },
      ],
      note: 'n',
    });
  });

  it('does not change what the caller handed over', () => {
    const params = { token: 't', main: { user: 'ada', password: 'p' } };
    mask(params);

    expect(params).toEqual({ token: 't', main: { user: 'ada', password: 'p' } });
  });

  it('hides a secret whatever its type: wrong params are stored as well', () => {
    expect(mask({ token: { deep: ['t'] } })).toEqual({ token: REFERENCE });
    expect(mask({ token: null })).toEqual({ token: REFERENCE });
  });

  it.each([
    [null],
    [7],
    ['text'],
    [[1]],
    [{ main: null }],
    [{ main: 'x', accounts: 'y' }],
    [{ accounts: [null, 3] }],
    [{}],
  ])('leaves %j as it is, which holds no secret', (params) => {
    expect(mask(params)).toEqual(params);
  });

  it('hands the very same object on where the class has no secrets', () => {
    const params = { note: 'n' };

    expect(maskSecrets([], params)).toBe(params);
    expect(redactorFor([], params)).toBeUndefined();
  });

  it('finds secrets among the values of a mapping', () => {
    const params = { accounts: { main: { user: 'a', password: 'of-main' } } };

    expect(maskSecrets(['accounts.*.password'], params)).toEqual({
      accounts: { main: { user: 'a', password: REFERENCE } },
    });
    expect(redactorFor(['accounts.*.password'], params)?.text('of-main')).toBe('[secret]');
  });

  it('knows the secret values, so that they can be kept out of what the run says', () => {
    const params = { token: 'abc-token', accounts: [{ password: 'first-one' }, { password: 12345 }], note: 'n' };
    const redactor = redactorFor(PATHS, params);

    expect(redactor?.text('abc-token, first-one, 12345 and n')).toBe('[secret], [secret], [secret] and n');
  });

  it('has nothing to keep out when no secret was given', () => {
    expect(redactorFor(PATHS, { note: 'n' })).toBeUndefined();
    expect(redactorFor(PATHS, null)).toBeUndefined();
  });
});
