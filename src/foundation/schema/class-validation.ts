import type { Type } from '@nestjs/common';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { ClassDescriber } from './class-describer.js';
import type { ClassDescription } from './class-description.js';
import { innerTypeOf } from './value-type.js';
import { InstanceBuilder, join, type UnknownKeys } from './instance-builder.js';
import { isCatalogued } from './rule-catalog.js';
import { brokenRules, brokenRulesNow } from './rule-check.js';
import { withoutSecrets } from './secret-fields.js';
import { MAX_LISTED_ISSUES } from './schema.constants.js';
import { type CheckedList, ShapeCheck, type ShapeFindings } from './shape-check.js';

/** An instance and every rule it breaks; with no issues the instance is valid. */
export interface ValidatedInstance<T extends object> {
  readonly instance: T;
  readonly issues: readonly ValidationIssue[];
}

/**
 * Validates by asking class-validator: complete, with a text for every broken rule, and slow.
 * `FastValidation` stands in front of it and must accept nothing that this refuses.
 */
export class ClassValidation {
  constructor(
    private readonly classes: ClassDescriber,
    private readonly unknownKeys: UnknownKeys,
  ) {}

  /** Answers with a promise only where a rule of the class may be asynchronous. */
  validate<T extends object>(type: Type<T>, input: unknown): ValidatedInstance<T> | Promise<ValidatedInstance<T>> {
    const description = this.classes.describe(type);
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      const message = `must be an object with the fields of ${type.name}, got ${typeNameOf(input)}`;
      return { instance: input as T, issues: [{ path: '', code: 'not_an_object', message }] };
    }
    const { instance, issues } = this.instanceOf(description, input);
    const shape = new ShapeCheck(this.classes).inspect(description, instance);
    const roots = [{ path: '', instance }, ...shape.unreached];
    const conclude = (rules: ValidationIssue[]): ValidatedInstance<T> => ({
      instance: instance as T,
      issues: withoutSecrets(this.classes, description, instance, summary([...issues, ...mergeIssues(shape, rules)])),
    });
    if (!this.mayWait(description)) return conclude(roots.flatMap((root) => brokenRulesNow(root.instance, root.path)));
    return Promise.all(roots.map((root) => brokenRules(root.instance, root.path))).then((rules) =>
      conclude(rules.flat()),
    );
  }

  /** An instance of the class is taken as it is: its author wrote typed code, nothing needs to be converted. */
  private instanceOf(
    description: ClassDescription,
    input: object,
  ): { instance: object; issues: readonly ValidationIssue[] } {
    if (input instanceof description.type) return { instance: input, issues: [] };
    return new InstanceBuilder(this.classes, this.unknownKeys).build(description, input as Record<string, unknown>);
  }

  /** Rules of class-validator answer at once; any other rule may answer with a promise. */
  private mayWait(description: ClassDescription, seen = new Set<ClassDescription>()): boolean {
    if (seen.has(description)) return false;
    seen.add(description);
    return description.fields.some(({ rules, valueType }) => {
      if (rules.some((rule) => !isCatalogued(rule.name))) return true;
      const inner = innerTypeOf(valueType);
      return inner.kind === 'object' && this.mayWait(this.classes.describe(inner.type), seen);
    });
  }
}

/** What a value is, in the words of the original: `list` for an array, the class's name for an instance. */
export function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object') return typeof value;
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? name : 'dict';
}

/** One text per fault: a missing value breaks all its rules at once, and a wrong shape makes the rules' texts mislead. */
function mergeIssues(shape: ShapeFindings, rules: readonly ValidationIssue[]): ValidationIssue[] {
  const { structural, typed, lists } = shape;
  const structuralPaths = new Set(structural.map(({ path }) => path));
  const told = rules
    .filter(({ path }) => !structuralPaths.has(path))
    .flatMap((issue) => atItems(issue, lists.get(issue.path)));
  const toldPaths = new Set(told.map(({ path }) => path));
  return [...structural, ...told, ...typed.filter(({ path }) => !toldPaths.has(path))];
}

/** The issue at each item that breaks the rule, in place of one at the list. */
function atItems(issue: ValidationIssue, list: CheckedList | undefined): ValidationIssue[] {
  const rules = list?.rules.filter(({ name }) => name === issue.code) ?? [];
  if (list === undefined || rules.length === 0) return [issue];
  const message = issue.message.replace(/^each value in /, '');
  const located = list.items.flatMap((item, index) =>
    rules.every((rule) => rule.holds(item) === true)
      ? []
      : [{ ...issue, path: join(issue.path, String(index)), message }],
  );
  return located.length > 0 ? located : [issue];
}

function summary(issues: readonly ValidationIssue[]): readonly ValidationIssue[] {
  if (issues.length <= MAX_LISTED_ISSUES) return issues;
  const rest = issues.length - MAX_LISTED_ISSUES;
  return [
    ...issues.slice(0, MAX_LISTED_ISSUES),
    { path: '', code: 'more_issues', message: `and ${rest} more broken rules` },
  ];
}
