import { parse } from 'yaml';
import { DatasetValueError } from '../../../foundation/errors/dataset.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { pythonList } from '../original/python-list.js';
import { between, listOf, orNull, text, whole } from './field-kinds.js';
import { FieldReader, type ValuePlace } from './value-reader.js';

/** What a dataset.yaml says. Whether `nc` is the number of names is not checked. */
export class YOLODatasetConfig {
  /** Folder of the data set. */
  readonly path: string;
  /** Folders of the pictures of each part, below `path`. */
  readonly train: string;
  readonly val: string;
  readonly test: string | null;
  /** Number of classes. */
  readonly nc: number;
  /** Names of the classes, in the order of their numbers. */
  readonly names: readonly string[];

  /**
   * @param input - Its fields.
   * @throws {@link DatasetValueError} with all that is wrong.
   */
  constructor(input: unknown, place?: ValuePlace) {
    const fields = new FieldReader('YOLODatasetConfig', input, place);
    this.path = fields.optional('path', text, '.');
    this.train = fields.optional('train', text, 'train/images');
    this.val = fields.optional('val', text, 'valid/images');
    this.test = fields.optional('test', orNull(text), null);
    this.nc = fields.required('nc', between(0, Number.MAX_SAFE_INTEGER, whole), 0);
    this.names = fields.required('names', listOf(text), []);
    fields.end();
  }

  /** What a dataset.yaml says; a name stays a text, also `yes` and `01`. Keys that it does not know are passed over. */
  static fromYaml(yaml: string): YOLODatasetConfig {
    const [fields, texts] = [parsed(yaml, 'core'), parsed(yaml, 'failsafe')];
    return new YOLODatasetConfig({ ...fields, ...('names' in texts && { names: texts['names'] }) });
  }

  /** Text of its dataset.yaml. */
  toYaml(): string {
    const { path, train, val, test, nc, names } = this;
    const last = test === null ? '' : `test: ${test}\n`;
    return `path: ${path}\ntrain: ${train}\nval: ${val}\n${last}\nnc: ${nc}\nnames: ${pythonList(names)}\n`;
  }
}

function parsed(yaml: string, schema: 'core' | 'failsafe'): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = parse(yaml, { schema, maxAliasCount: 100 });
    if (isRecord(fields)) return fields;
  } catch (error) {
    const reason = String((error as { message?: unknown }).message ?? error).split('\n')[0] ?? '';
    throw new DatasetValueError('YOLODatasetConfig', [{ path: '', kind: 'yaml', message: `is not YAML: ${reason}` }]);
  }
  throw new DatasetValueError('YOLODatasetConfig', [
    { path: '', kind: 'object_type', message: 'must be a mapping of keys to values' },
  ]);
}
