import type { Type } from '@nestjs/common';
import type { ClassDescriptions, FieldDescription, FieldRule, ValueType } from './class-description.js';
import { itemCountBoundsOf } from './field-bounds.js';
import { choicesOf, counterInput, fieldInput, heading, item, type Properties, slotInput } from './form-inputs.js';
import type { FormKitItem } from './form-item.js';
import { FormPlace } from './form-place.js';
import { isJsonObject, type JsonValue, toJsonSafe } from './json-safe.js';
import { labelOf } from './labels.js';

type ListType = Extract<ValueType, { kind: 'list' }>;
type MappingType = Extract<ValueType, { kind: 'mapping' }>;
type ObjectType = Extract<ValueType, { kind: 'object' }>;

/** A value that needs an input: its type, its rules, and whether those rules are told at the list around it. */
interface Slot {
  readonly type: ValueType;
  readonly rules: readonly FieldRule[];
  readonly each: boolean;
  readonly label: string;
  readonly place: FormPlace;
}

/** Writes the FormKit inputs of a class's fields. */
export class FormWriter {
  constructor(private readonly classes: ClassDescriptions) {}

  items(type: Type<object>): FormKitItem[] {
    return this.fields(type, FormPlace.of(type), undefined);
  }

  /** @param values - What the object around the fields holds by default, where that is more than the class's own defaults. */
  private fields(type: Type<object>, place: FormPlace, values: JsonValue | undefined): FormKitItem[] {
    return this.classes.describe(type).fields.flatMap((field) => {
      const own =
        isJsonObject(values) && Object.hasOwn(values, field.name) ? values[field.name] : toJsonSafe(field.defaultValue);
      const isShown = field.ui.secret !== true && field.ui.hasDynamicDefault !== true && own !== null;
      return this.field(field, place.at(field.name), isShown ? own : undefined);
    });
  }

  private field(field: FieldDescription, place: FormPlace, value: JsonValue | undefined): FormKitItem[] {
    const { name, ui, valueType: type, rules } = field;
    const label = ui.label ?? labelOf(name);
    const slot: Slot = { type, rules, each: false, label, place };
    const base = { name, label, ...(ui.visibleIf !== undefined && { if: ui.visibleIf }) };
    if (type.kind === 'object') {
      return isWithin(type, place) ? [] : [this.group(slot, { ...base, ...helpOf(field) }, type, value)];
    }
    if (type.kind === 'list' && choicesOf(field) === undefined) {
      if (isWithin(type.item, place)) return [];
      return [this.repeater(slot, { ...base, value, ...helpOf(field) }, type, ui.formkit)];
    }
    if (type.kind === 'mapping' && ui.formkit === undefined)
      return [this.mapping(slot, { ...base, ...helpOf(field) }, type, value)];
    return [fieldInput(field, base, value)];
  }

  /** A nested object: a heading and its own inputs. Nothing in it is required where the whole may be left out. */
  private group(slot: Slot, base: Properties, type: ObjectType, value: JsonValue | undefined): FormKitItem {
    const fields = this.fields(type.type, slot.place.inside(type.type), value);
    return item({ $formkit: 'group', ...base, children: [heading(slot.label), ...fields] });
  }

  /**
   * A list that grows: one input says how many items there are, and a loop shows an input for each. FormKit takes the length
   * from what the form was given, and leaves the counting input out of the form's value.
   */
  private repeater(slot: Slot, base: Properties, type: ListType, formkit: string | undefined): FormKitItem {
    const { place, label, rules } = slot;
    const each: Slot = { type: type.item, rules, each: true, label, place: place.inLoop() };
    // An input that repeats by itself, such as FormKit Pro's repeater, takes the template alone.
    if (formkit !== undefined)
      return item({ $formkit: formkit, ...base, children: [this.slotInput(each, {}, undefined)] });
    const count = place.at('count');
    const { min, max } = itemCountBoundsOf(rules);
    const counter = counterInput(count, { label, help: base['help'], min: min ?? 0, max }, '$fns.length($value)');
    const loop = { for: ['item', place.index.slice(1), count.value], key: place.index, index: place.index };
    return item({
      $formkit: 'list',
      ...base,
      children: [counter, this.slotInput(each, { ...loop, label: numbered(label, place) }, undefined)],
    });
  }

  /** An object with free keys: inputs for the keys it has by default, and pairs of inputs for more. */
  private mapping(slot: Slot, base: Properties, type: MappingType, value: JsonValue | undefined): FormKitItem {
    const { place, label, rules } = slot;
    const values: Slot = { type: type.values ?? { kind: 'any' }, rules, each: true, label, place: place.inLoop() };
    const known = Object.entries(isJsonObject(value) ? value : {}).map(([key, own]) =>
      this.slotInput(values, { name: key, label: key }, own),
    );
    const count = place.at('count');
    const counter = counterInput(count, { label, help: base['help'], min: 0 }, 0);
    const key = place.inLoop().at('key');
    const keyInput = { $formkit: 'text', name: 'key', id: key.id, ignore: true, label: numbered(label, place) };
    const named = { if: key.value, key: key.value, name: key.value, label: key.value };
    const pair = {
      $el: 'div',
      for: ['item', place.index.slice(1), count.value],
      attrs: { key: place.index },
      children: [keyInput, this.slotInput(values, named, undefined)],
    };
    return item({ $formkit: 'group', ...base, children: [...known, counter, pair] });
  }

  /** The input of an item of a list or of a mapping's value. */
  private slotInput(slot: Slot, base: Properties, value: JsonValue | undefined): FormKitItem {
    const { type, rules, each } = slot;
    if (type.kind === 'object') return this.group(slot, base, type, value);
    return slotInput({ valueType: type, rules, each }, { ...base, value });
  }
}

function helpOf({ ui }: FieldDescription): Properties {
  return { help: ui.help ?? ui.description };
}

/** The label of one of many, counted from one. */
function numbered(label: string, place: FormPlace): string {
  return `$: ("${label.replaceAll(/["\\]/g, '')} " + (${place.index} + 1))`;
}

/** Whether a class stands in itself here: its form would have no end. */
function isWithin(type: ValueType, place: FormPlace): boolean {
  return type.kind === 'object' && place.isInside(type.type);
}
