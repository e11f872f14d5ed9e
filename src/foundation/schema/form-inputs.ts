import type { FieldDescription, FieldRule, ValueType } from './class-description.js';
import { numericBoundsOf, withoutUndefined } from './field-bounds.js';
import type { FormKitItem } from './form-item.js';
import type { FormPlace } from './form-place.js';
import { type JsonValue, toJsonSafe } from './json-safe.js';
import type { UiFieldChoices } from './ui-field.decorator.js';
import { allowedValuesOf } from './value-type.js';

/** Properties of a FormKit node; undefined ones are left out. */
export type Properties = Readonly<Record<string, JsonValue | undefined>>;

/** Shown in a select while nothing is chosen. */
const NOTHING_CHOSEN = '—';

/** The node without what is undefined. */
export function item(properties: Properties & { readonly $formkit: string }): FormKitItem {
  return withoutUndefined(properties) as FormKitItem;
}

/** The one input of a scalar field, or of a list with fixed choices. Its properties stand in the order in which the original writes them. */
export function fieldInput(field: FieldDescription, base: Properties, value: JsonValue | undefined): FormKitItem {
  const { ui, valueType, rules } = field;
  const isList = valueType.kind === 'list';
  const choices = choicesOf(field);
  const control = ui.secret === true ? 'password' : choices === undefined ? controlOf(valueType) : 'select';
  const { validation, ...bounds } = numberProperties(rules, isList);
  const written = {
    $formkit: control,
    ...base,
    value,
    placeholder: placeholderOf(field, choices, value),
    ...(isList && choices !== undefined && { multiple: true }),
    options: ui.options === undefined ? choices : undefined,
    help: ui.description,
    ...(field.isRequired && { required: true }),
    ...bounds,
    ...(control === 'number' && { number: true }),
    validation,
  };
  return item({ ...withoutUndefined(written), ...overridesOf(field) });
}

/** The default, as the original has it. A select made of rules shows that nothing is chosen; a browser would choose its first option. */
function placeholderOf(
  { ui, valueType }: FieldDescription,
  choices: unknown,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (valueType.kind === 'list') return undefined;
  if (choices === undefined || ui.formkit !== undefined) return value;
  return value === undefined ? NOTHING_CHOSEN : undefined;
}

/** The input of a list's item or of a mapping's value. It must be filled in: an empty one would be no value of its type. */
export function slotInput(
  slot: { readonly valueType: ValueType; readonly rules: readonly FieldRule[]; readonly each: boolean },
  base: Properties,
): FormKitItem {
  const { valueType, rules, each } = slot;
  const { validation, ...bounds } = numberProperties(rules, each);
  const control = controlOf(valueType);
  const number = control === 'number' ? true : undefined;
  return item({
    $formkit: control,
    ...base,
    required: control === 'checkbox' ? undefined : true,
    ...bounds,
    number,
    validation,
  });
}

/** The input that says how many items a list has. It is no part of the form's value. */
export function counterInput(place: FormPlace, properties: Properties, value: JsonValue): FormKitItem {
  return item({
    $formkit: 'number',
    name: 'count',
    id: place.id,
    ignore: true,
    ...properties,
    value,
    step: 1,
    number: true,
  });
}

/** The title of what follows it. */
export function heading(label: string): JsonValue {
  return { $el: 'h3', children: label };
}

/** What a select, radio or checkbox list offers: the field's own choices, or the values its rules allow. */
export function choicesOf({ ui, valueType, rules }: FieldDescription): JsonValue[] | undefined {
  if (ui.options !== undefined) return optionsOf(ui.options);
  const isList = valueType.kind === 'list';
  const allowed = allowedValuesOf(rules, isList);
  // A checkbox offers true and false already.
  if (allowed === undefined || valueType.kind === 'boolean') return undefined;
  return optionsOf(allowed as UiFieldChoices);
}

/** Texts and numbers are choices as they are; FormKit wants a label for anything else. */
function optionsOf(choices: UiFieldChoices): JsonValue[] {
  return choices.map((choice) => {
    const value = toJsonSafe(choice) ?? null;
    return typeof value === 'boolean' || value === null ? { label: String(value), value } : value;
  });
}

function controlOf(type: ValueType): string {
  const kind = type.kind === 'union' ? type.types[0] : type.kind;
  if (kind === 'integer' || kind === 'number') return 'number';
  return kind === 'boolean' ? 'checkbox' : 'text';
}

/** FormKit's bounds are inclusive. That a bound itself is no value is told by its rule `not`, which compares without conversion. */
function numberProperties(rules: readonly FieldRule[], each: boolean): Properties {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = numericBoundsOf(rules, each);
  const min = largest(minimum, exclusiveMinimum);
  const max = smallest(maximum, exclusiveMaximum);
  const excluded = [exclusiveMinimum, exclusiveMaximum].filter((bound) => bound !== undefined);
  const validation = [
    ...(exclusiveMinimum === undefined || min === undefined ? [] : [['min', min]]),
    ...(exclusiveMaximum === undefined || max === undefined ? [] : [['max', max]]),
    ['not', ...excluded],
  ];
  return { min, max, step: multipleOf, validation: excluded.length === 0 ? undefined : validation };
}

function largest(...bounds: readonly (number | undefined)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function smallest(...bounds: readonly (number | undefined)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** What `@UiField` says in place of what the rules say, in the order in which the original lets it. */
function overridesOf({ ui }: FieldDescription): Properties {
  return withoutUndefined({
    $formkit: ui.formkit,
    placeholder: ui.placeholder,
    options: ui.options === undefined ? undefined : optionsOf(ui.options),
    help: ui.help,
    required: ui.required,
    step: ui.step,
    min: ui.min,
    max: ui.max,
  });
}
