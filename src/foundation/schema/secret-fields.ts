import type { Type } from '@nestjs/common';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { ClassDescriber } from './class-describer.js';
import type { ClassDescription, ClassDescriptions } from './class-description.js';
import { innerTypeOf } from './value-type.js';

/** How deep the paths of a class that contains itself are followed. */
const RECURSIVE_LEVELS = 8;

/**
 * Dotted paths of the fields that `@UiField({ secret: true })` marks, e.g. `token` and `storage.password`.
 * Items of a list and values of a mapping are written as `*`: `accounts.*.password`.
 */
export function secretFieldsOf(type: Type<object>): readonly string[] {
  const classes = new ClassDescriber();
  return secretPathsOf(classes, classes.describe(type), '', []);
}

/** Takes values of secret fields out of the issues' texts: an author's own message may quote the value. */
export function withoutSecrets(
  classes: ClassDescriptions,
  description: ClassDescription,
  instance: object,
  issues: readonly ValidationIssue[],
): readonly ValidationIssue[] {
  if (issues.length === 0) return issues;
  const paths = secretPathsOf(classes, description, '', []);
  if (paths.length === 0) return issues;
  const secrets = paths
    .flatMap((path) => valuesAt(instance, path.split('.')))
    .flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []))
    .filter((secret) => secret !== '');
  return issues.map((issue) => ({
    ...issue,
    message: secrets.reduce((message, secret) => message.replaceAll(secret, '[secret]'), issue.message),
  }));
}

function secretPathsOf(
  classes: ClassDescriptions,
  description: ClassDescription,
  prefix: string,
  above: readonly ClassDescription[],
): string[] {
  // A class that contains itself has endless paths; this many levels of them are written out.
  if (above.includes(description) && above.length >= RECURSIVE_LEVELS) return [];
  return description.fields.flatMap(({ name, ui, valueType }) => {
    const path = `${prefix}${name}`;
    if (ui.secret === true) return [path];
    const inner = innerTypeOf(valueType);
    if (inner.kind !== 'object') return [];
    const below = valueType.kind === 'object' ? `${path}.` : `${path}.*.`;
    return secretPathsOf(classes, classes.describe(inner.type), below, [...above, description]);
  });
}

/** The values at one of the paths of {@link secretFieldsOf}, split at its dots. */
export function valuesAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value).flatMap((item) => valuesAt(item, rest));
  return Object.hasOwn(value, step) ? valuesAt((value as Readonly<Record<string, unknown>>)[step], rest) : [];
}
