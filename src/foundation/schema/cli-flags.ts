import type { Type } from '@nestjs/common';
import { ClassDescriber } from './class-describer.js';
import type { FieldDescription } from './class-description.js';
import { type JsonValue, toJsonSafe } from './json-safe.js';
import { allowedValuesOf } from './value-type.js';

/** What a flag's text stands for. The params validator turns the text into it, and refuses what is not one. */
export type CliFlagKind = 'string' | 'number' | 'integer' | 'boolean';

/** A command line flag for one field of a params class. */
export interface CliFlag {
  /** The field's name, under which the value goes into the params. */
  readonly name: string;
  /** The flag in kebab case, e.g. `--learning-rate`. */
  readonly flag: string;
  readonly kind: CliFlagKind;
  /** The only values that are accepted, as text. */
  readonly choices?: readonly string[];
  /** Whether the params need it. */
  readonly required: boolean;
  /** What applies without the flag. */
  readonly default?: JsonValue;
  /** One sentence for `--help`. */
  readonly help?: string;
  /** Whether `--no-…` sets it to false. */
  readonly isNegatable: boolean;
}

/**
 * One flag for each scalar field of a params class. Lists, mappings and nested objects have none, and neither have secrets:
 * what is typed on a command line ends up in the shell's history. They are given as JSON params.
 */
export function cliFlagsOf(type: Type<object>): readonly CliFlag[] {
  const flags = new ClassDescriber().describe(type).fields.flatMap(toFlag);
  // Of two fields whose names become the same flag neither has it: it would be unclear which one is meant.
  return flags.filter(({ flag }) => flags.filter((other) => other.flag === flag).length === 1);
}

/** The flags that {@link cliFlagsOf} leaves out because their fields are secret. */
export function secretFlagsOf(type: Type<object>): readonly { readonly name: string; readonly flag: string }[] {
  return new ClassDescriber().describe(type).fields.flatMap(({ name, ui }) => {
    const flag = ui.secret === true ? flagOf(name) : undefined;
    return flag === undefined ? [] : [{ name, flag }];
  });
}

function toFlag(field: FieldDescription): CliFlag[] {
  const kind = kindOf(field);
  const flag = flagOf(field.name);
  if (kind === undefined || flag === undefined || field.ui.secret === true) return [];
  const choices = allowedValuesOf(field.rules, false)?.map(String);
  const help = field.ui.help ?? field.ui.description;
  return [
    {
      name: field.name,
      flag,
      kind,
      ...(choices !== undefined && { choices }),
      required: field.isRequired,
      ...defaultOf(field),
      ...(help !== undefined && { help }),
      isNegatable: kind === 'boolean',
    },
  ];
}

/** The default that help shows, where there is one that is the same for each run. */
function defaultOf({ ui, defaultValue }: FieldDescription): Pick<CliFlag, 'default'> {
  const shown = ui.hasDynamicDefault === true ? undefined : toJsonSafe(defaultValue);
  return shown === undefined || shown === null ? {} : { default: shown };
}

function kindOf({ valueType }: FieldDescription): CliFlagKind | undefined {
  const { kind } = valueType;
  if (kind === 'date') return 'string';
  if (kind === 'union') return valueType.types.length === 1 ? valueType.types[0] : 'string';
  return kind === 'string' || kind === 'number' || kind === 'integer' || kind === 'boolean' ? kind : undefined;
}

/** Undefined for a name that a shell could not take, such as one with a quote. */
function flagOf(name: string): string | undefined {
  const kebab = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();
  return /^[a-z0-9-]+$/.test(kebab) ? `--${kebab}` : undefined;
}
