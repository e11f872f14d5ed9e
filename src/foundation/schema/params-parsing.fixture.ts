import { IsInt, Min } from 'class-validator';
import { ParamsInvalidError } from '../errors/index.js';
import { ParamsValidator } from './params.validator.js';

/** A class for nested params. */
export class Item {
  @IsInt()
  @Min(1)
  qty!: number;
}

/** With the options that it has by itself. */
export const validator = new ParamsValidator();

/** Params of this class, where all rules answer at once. */
export const parse = <P extends object>(type: new () => P, input: unknown): P => {
  const params = validator.parse('train', type, input);
  if (params instanceof Promise) throw new Error('expected an answer at once');
  return params;
};

/** Path and code of each fault that the params have. */
export const issuesOf = (type: new () => object, input: unknown): [string, string | undefined][] => {
  try {
    parse(type, input);
  } catch (error) {
    if (error instanceof ParamsInvalidError) return error.issues.map(({ path, code }) => [path, code]);
    throw error;
  }
  return [];
};
