import { type Finished, STACK, SynapseSandbox } from './synapse-process.js';

/** One sandbox for all tests of the suite at hand, gone with the last of them. */
export function sandboxOfSuite(): SynapseSandbox {
  const sandbox = new SynapseSandbox();
  afterAll(() => sandbox.remove());
  return sandbox;
}

/** The config of a plugin whose code is not the point. */
export const CONFIG = 'name: Bad\ncode: bad\n';

/** What a source with actions begins with. */
export const HEAD = `import { Action, BaseAction, type RuntimeContext as Ctx } from 'nest-synapse';\n`;

/** An action whose whole `execute` is `body`. */
export function action(name: string, body: string, options = ''): string {
  return `@Action({ name: '${name}'${options} })\nexport class ${name}Action extends BaseAction {\n  async execute(_params: unknown, ctx: Ctx): Promise<unknown> { ${body} }\n}\n`;
}

/** The source of an action with params in params. */
export const ORDER = `import { Action, BaseAction } from 'nest-synapse';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Min, ValidateNested } from 'class-validator';

class Price { @IsInt() @Min(0) cents = 0; }
class Item { @IsInt() qty!: number; @ValidateNested() @Type(() => Price) price = new Price(); }
export class Order {
  @ValidateNested({ each: true }) @Type(() => Item) items: Item[] = [];
  @IsIn(['small', 'large']) size = 'small';
  @IsOptional() @IsString() text?: string;
}

@Action({ name: 'order', params: Order })
export class OrderAction extends BaseAction<Order, object> {
  async execute(order: Order): Promise<object> { return { items: order.items.length, letters: order.text?.length ?? 0 }; }
}
`;

/** What every refusal has: the code of its kind, one error with a code and a sentence, and no stack. */
export function expectRefusal(
  { code, stdout, stderr }: Finished,
  exitCode: number,
  error: string,
  cure: string | RegExp,
): void {
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  expect(stderr).toContain(`Error [${error}]: `);
  expect(stderr).toMatch(cure);
  expect(stderr).not.toMatch(STACK);
}
