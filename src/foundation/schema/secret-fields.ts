import type { Type } from '@nestjs/common';
import type { ValidationIssue } from '../errors/plugin.errors.js';
import { ClassDescriber } from './class-describer.js';
import type { ClassDescription, ClassDescriptions } from './class-description.js';

/**
 * Dotted paths of the fields that `@UiField({ secret: true })` marks, e.g. `token` and `storage.password`.
 * Items of a list are written as `*`: `accounts.*.password`.
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
  // A class that contains itself would have endless paths; its first round says enough to find each secret's field.
  if (above.includes(description)) return [];
  return description.fields.flatMap(({ name, ui, valueType }) => {
    const path = `${prefix}${name}`;
    if (ui.secret === true) return [path];
    if (valueType.kind === 'object')
      return secretPathsOf(classes, classes.describe(valueType.type), `${path}.`, [...above, description]);
    if (valueType.kind !== 'list' || valueType.item.kind !== 'object') return [];
    return secretPathsOf(classes, classes.describe(valueType.item.type), `${path}.*.`, [...above, description]);
  });
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const children: unknown[] =
    step === '*' ? Object.values(value) : [(value as Readonly<Record<string, unknown>>)[step]];
  return children.flatMap((child) => valuesAt(child, rest));
}
