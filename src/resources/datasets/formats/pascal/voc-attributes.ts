import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { AnnotationAttribute } from '../../model/annotated-image.js';
import type { JsonRecord } from '../../model/json-value.js';
import { VOC_FIELDS } from './voc-layout.js';

/** What VOC's own fields hold where nobody has said anything. */
const UNSAID: ReadonlySet<unknown> = new Set(['', '0', 'Unspecified']);
/** Before names of attributes of an element, in the objects of the parser. */
const TYPE_KEY = '@_type';

/** Whether the parser leaves out an attribute of an element: all but the type of a value. */
export function isIgnoredAttribute(name: string, path: string): boolean {
  return name !== 'type' || !path.endsWith('.attribute.value');
}

/** An attribute as VOC is to have it. */
export interface VOCAttribute {
  readonly name: string;
  readonly text: string;
  /** What else than a text it is. Readers that look for texts only are not troubled by it. */
  readonly type?: 'number' | 'boolean';
}

/** Attributes as VOC has them: in its own fields, and in a list of others. */
export interface VOCAttributes {
  /** By field. */
  readonly own: ReadonlyMap<string, string>;
  readonly others: readonly VOCAttribute[];
}

/**
 * Shares attributes out. One that VOC has a field for stands there, for all readers to see; if the field alone would come back as something else,
 * as `false` or `0` would, it stands among the others as well.
 */
export function vocAttributesOf(attributes: readonly AnnotationAttribute[]): VOCAttributes {
  const own = new Map<string, string>();
  const others: VOCAttribute[] = [];
  for (const attribute of attributes) {
    const { name, value } = attribute;
    const other = typedText(name, value);
    const isField = VOC_FIELDS.includes(name);
    if (isField) own.set(name, typeof value === 'boolean' ? String(Number(value)) : other.text);
    const isOnly = attributes.every((one) => one === attribute || one.name !== name);
    if (!(isField && isOnly && typeof value === 'string' && !UNSAID.has(value))) others.push(other);
  }
  return { own, others };
}

function typedText(name: string, value: AnnotationAttribute['value']): VOCAttribute {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { name, text: String(value), type: typeof value as 'number' | 'boolean' };
  }
  return { name, text: typeof value === 'string' ? value : value.join(', ') };
}

/** The attributes of an object as the parser gives it. */
export function attributesIn(object: JsonRecord): readonly AnnotationAttribute[] {
  const list = isRecord(object['attributes']) ? object['attributes']['attribute'] : undefined;
  const others = (Array.isArray(list) ? (list as unknown[]) : []).flatMap((item) =>
    isRecord(item) && typeof item['name'] === 'string' ? [{ name: item['name'], value: valueIn(item['value']) }] : [],
  );
  const own = VOC_FIELDS.flatMap((name) => {
    const value = object[name];
    const isSaid = typeof value === 'string' && !UNSAID.has(value) && others.every((other) => other.name !== name);
    return isSaid ? [{ name, value }] : [];
  });
  return [...own, ...others];
}

/** Texts stay texts unless their type is given: `1` may be anything. */
function valueIn(value: unknown): string | number | boolean {
  if (!isRecord(value)) return String(value ?? '');
  const text = String(value['#text'] ?? '');
  if (value[TYPE_KEY] === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  if (value[TYPE_KEY] === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
