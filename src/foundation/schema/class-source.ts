import type { ClassDescription, FieldDescription, FieldRule, ValueType } from './class-description.js';
import { coerceScalar } from './coercion.js';
import { findHostileKey } from './hostile-keys.js';
import { isOfScalarType } from './is-json-type.decorator.js';
import { conditionOf, SourceConstants } from './rule-conditions.js';
import { MAX_NESTING_DEPTH } from './schema.constants.js';
import { allowedValuesOf } from './value-type.js';

/** What the generated code is made of: a class's `build` and `holds`, and the functions of nested classes it calls. */
export interface ClassSource {
  readonly text: string;
  readonly constants: SourceConstants;
}

/**
 * Writes the two functions that accept a class's valid values:
 *
 * - `build(input, depth)` makes an instance of a plain object, or returns undefined;
 * - `holds(instance, depth)` says whether an instance keeps its rules.
 *
 * Both refuse whatever they are not sure of; the caller then asks class-validator, which has the last word and the texts.
 * Only JSON-quoted property names, numbers and names of constants are written into the text.
 *
 * @param nested - The name under which the code sees the functions of a nested class.
 */
export function writeClassSource(
  description: ClassDescription,
  isStrict: boolean,
  nested: (type: object, constants: SourceConstants) => string,
): ClassSource {
  const constants = new SourceConstants();
  const type = constants.add(description.type);
  const writer = new FieldWriter(constants, nested);
  const builds = description.fields.map((field) => writer.build(field));
  const holds = description.fields.map((field) => writer.hold(field, `o[${JSON.stringify(field.name)}]`));
  const text = `'use strict';
function build(input, depth) {
  const refuse = undefined;
  if (typeof input !== 'object' || input === null || depth > ${MAX_NESTING_DEPTH}) return refuse;
  const prototype = Object.getPrototypeOf(input);
  if (prototype !== Object.prototype && prototype !== null) return refuse;
  const o = new ${type}();
  let v, given = 0;
${builds.join('\n')}
${isStrict ? keyCheck(constants.add(givenKeysOf(description))) : ''}
  return o;
}
function holds(o, depth) {
  if (typeof o !== 'object' || o === null || depth > ${MAX_NESTING_DEPTH} || Object.getPrototypeOf(o) !== ${type}.prototype) return false;
  const refuse = false;
  let v;
${holds.join('\n')}
  return true;
}
return { build, holds };`;
  return { text, constants };
}

/** No key is unknown when there are as many as were read: counting is quicker than looking each one up. */
function keyCheck(recount: string): string {
  return `  let keys = 0;
  for (const key in input) keys++;
  if (keys !== given && ${recount}(input) !== given) return refuse;`;
}

/** Counts keys as `build` does: one of the class's own that is undefined is as good as absent. Only asked where the counts differ. */
function givenKeysOf({ fieldsByName }: ClassDescription): (input: Readonly<Record<string, unknown>>) => number {
  return (input) => {
    let given = 0;
    for (const key in input) if (input[key] !== undefined || !fieldsByName.has(key)) given++;
    return given;
  };
}

class FieldWriter {
  private readonly conditions = new Map<FieldRule, string>();

  constructor(
    private readonly constants: SourceConstants,
    private readonly nested: (type: object, constants: SourceConstants) => string,
  ) {}

  /** A given value is converted, checked and put in; an absent one leaves the default, which is checked as class-validator would. */
  build(field: FieldDescription): string {
    const name = JSON.stringify(field.name);
    return `  v = input[${name}];
  if (v !== undefined) {
    given++;
    ${this.guarded(field, this.inputChecks(field.valueType, field.rules), '')}
    o[${name}] = v;
  } else {
    ${this.hold(field, `o[${name}]`)}
  }`;
  }

  /** Checks the value that `expression` reads from an instance. */
  hold(field: FieldDescription, expression: string): string {
    const body = this.instanceChecks(field.valueType, field.rules);
    const acceptsUndefined = field.isOptional || (!field.isRequired && field.defaultValue === undefined);
    return `  v = ${expression};\n  ${this.guarded(field, body, acceptsUndefined ? 'v !== undefined' : '')}`;
  }

  /** Rules do not hold for a null that the field may be, nor for an absent value that it may lack. */
  private guarded(field: FieldDescription, body: string, condition: string): string {
    const conditions = [field.isNullable ? 'v !== null' : '', condition].filter((text) => text !== '');
    return conditions.length === 0 ? body : `if (${conditions.join(' && ')}) { ${body} }`;
  }

  private inputChecks(type: ValueType, rules: readonly FieldRule[]): string {
    if (type.kind !== 'list')
      return `${this.convert(type, rules, false)}${this.typeAndRules(type, rules, false, 'build')}`;
    // The caller's own list is never handed on, so that its later changes do not reach the params.
    const item = `${this.convert(type.item, rules, true)}${this.typeAndRules(type.item, rules, true, 'build')} copy.push(v);`;
    const copied = `{ const list = v, copy = []; for (let i = 0; i < list.length; i++) { let v = list[i]; ${item} } v = copy; }`;
    return `if (!Array.isArray(v)) return refuse; ${copied} ${this.check(rules, false, 'list')}`;
  }

  private instanceChecks(type: ValueType, rules: readonly FieldRule[]): string {
    if (type.kind !== 'list') return this.typeAndRules(type, rules, false, 'holds');
    const item = this.typeAndRules(type.item, rules, true, 'holds');
    const checked = `{ const list = v; for (let i = 0; i < list.length; i++) { const v = list[i]; ${item} } }`;
    return `if (!Array.isArray(v)) return refuse; ${checked} ${this.check(rules, false, 'list')}`;
  }

  private convert(type: ValueType, rules: readonly FieldRule[], each: boolean): string {
    if (type.kind === 'object') return `v = ${this.nested(type.type, this.constants)}.build(v, depth + 1); `;
    const when = CONVERTED_WHEN[type.kind];
    if (when === undefined || (type.kind === 'string' && type.takesScalars !== true)) return '';
    const allowed = allowedValuesOf(rules, each);
    const coerce = (value: unknown): unknown => (allowed?.includes(value) === true ? value : coerceScalar(type, value));
    return `if (${when}) v = ${this.constants.add(coerce)}(v); `;
  }

  private typeAndRules(type: ValueType, rules: readonly FieldRule[], each: boolean, of: 'build' | 'holds'): string {
    return `if (!(${this.typeCondition(type, of)})) return refuse; ${this.check(rules, each, type.kind)}`;
  }

  private typeCondition(type: ValueType, of: 'build' | 'holds'): string {
    if (type.kind === 'object')
      return of === 'build' ? 'v !== undefined' : `${this.nested(type.type, this.constants)}.holds(v, depth + 1)`;
    if (type.kind === 'union') {
      const { types } = type;
      return `${this.constants.add((value: unknown) => types.some((each) => isOfScalarType(each, value)))}(v)`;
    }
    const isFree = type.kind === 'mapping' || type.kind === 'any';
    const scan = of === 'build' && isFree ? ` && ${this.constants.add(findHostileKey)}(v) === undefined` : '';
    return `${TYPE_CONDITIONS[type.kind] ?? 'v !== undefined'}${scan}`;
  }

  private check(rules: readonly FieldRule[], each: boolean, kind: ValueType['kind']): string {
    const conditions = rules
      .filter((rule) => rule.each === each)
      .map((rule) => conditionOf(rule, kind, this.constants));
    const needed = conditions.filter((condition) => condition !== 'true').map((condition) => `(${condition})`);
    return needed.length === 0 ? '' : `if (!(${needed.join(' && ')})) return refuse;`;
  }

  /** Each rule is looked at once, though its condition stands in several places. */
  private condition(rule: FieldRule, kind: ValueType['kind']): string {
    const known = this.conditions.get(rule);
    if (known !== undefined) return known;
    const condition = conditionOf(rule, kind, this.constants);
    this.conditions.set(rule, condition);
    return condition;
  }
}

/** Values that may spell the field's type; others are not worth a call. */
const CONVERTED_WHEN: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  integer: `typeof v === 'string'`,
  number: `typeof v === 'string'`,
  date: `typeof v === 'string'`,
  boolean: `typeof v !== 'boolean'`,
  string: `typeof v !== 'string'`,
  union: 'true',
};

const TYPE_CONDITIONS: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  integer: 'Number.isInteger(v)',
  number: `typeof v === 'number'`,
  string: `typeof v === 'string'`,
  boolean: `typeof v === 'boolean'`,
  date: 'v instanceof Date && !Number.isNaN(v.getTime())',
  mapping: `typeof v === 'object' && v !== null && !Array.isArray(v)`,
};
