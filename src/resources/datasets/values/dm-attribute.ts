import type { AnnotationAttribute } from '../model/annotated-image.js';
import { shortText } from '../model/json-value.js';
import { isAttributeValue } from '../formats/dm/dm-values.js';
import { text } from './field-kinds.js';
import { FieldReader, type Read, type ValuePlace } from './value-reader.js';

const attributeValue: Read<AnnotationAttribute['value']> = (value, path, issues) => {
  if (isAttributeValue(value)) return value;
  const message = `must be a text, a number, a boolean or a list of texts, not ${shortText(value)}`;
  return issues.add(path, 'attribute_type', message);
};

/** What is said of an annotation besides its class. */
export class DMAttribute {
  readonly name: string;
  /** Kept as it is: a text that spells a number stays a text. */
  readonly value: AnnotationAttribute['value'];

  /**
   * @param input - Its JSON form.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('DMAttribute', input, place);
    this.name = fields.required('name', text, '');
    this.value = fields.required('value', attributeValue, '');
    fields.end();
  }
}
