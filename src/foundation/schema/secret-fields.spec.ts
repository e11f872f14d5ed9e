import { IsString } from 'class-validator';
import { secretFieldsOf } from './secret-fields.js';
import { UiField } from './ui-field.decorator.js';

class Login {
  @IsString()
  user = '';

  @UiField({ secret: true })
  password = '';
}

class Params {
  @UiField({ secret: true })
  token = '';

  @UiField()
  login = new Login();

  @UiField({ itemType: Login })
  others: Login[] = [];

  @UiField({ itemType: Login })
  by_name: Record<string, Login> = {};
}

class Node {
  @UiField({ secret: true })
  key = '';

  @UiField({ itemType: () => Node })
  children: Node[] = [];
}

describe(secretFieldsOf, () => {
  it('names secrets at any depth, with a star for items', () => {
    expect(secretFieldsOf(Params)).toEqual(['token', 'login.password', 'others.*.password', 'by_name.*.password']);
  });

  it('follows a class that contains itself for several levels, and ends', () => {
    const paths = secretFieldsOf(Node);

    expect(paths.slice(0, 3)).toEqual(['key', 'children.*.key', 'children.*.children.*.key']);
    expect(paths).toHaveLength(8);
  });

  it('has nothing to name in a class without secrets', () => {
    class Open {
      @IsString()
      name = '';
    }

    expect(secretFieldsOf(Open)).toEqual([]);
  });
});
