import { Document, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { KeypointNames } from '../../model/class-order.js';
import type { YOLOTask } from '../../registry/format-definition.js';

/** What a dataset.yaml is to say. */
export interface DatasetYaml {
  readonly names: readonly string[];
  readonly splits: ReadonlySet<string | null>;
  readonly task: YOLOTask;
  /** How many key points each object has. */
  readonly keypoints?: number;
  /** Names of the key points by class. */
  readonly keypointNames: ReadonlyMap<string, KeypointNames>;
}

/** Paths are relative to the file itself: there is no `path`, which trainers would look up elsewhere. */
export function datasetYaml({ names, splits, task, keypoints, keypointNames }: DatasetYaml): string {
  const shape = keypoints === undefined ? {} : { kpt_shape: [keypoints, 3] };
  const named = names.flatMap((name, id) => {
    const known = keypointNames.get(name);
    return known && keypoints !== undefined ? [[id, known.names] as const] : [];
  });
  const pointNames = named.length > 0 ? { kpt_names: new Map(named) } : {};
  return textOf({ ...pathsOf(splits), task, ...shape, ...pointNames, nc: names.length, names });
}

/** Trainers want both a `train` and a `val`, whatever there is. */
function pathsOf(splits: ReadonlySet<string | null>): Record<string, string> {
  const folderOf = (split: string): string | undefined =>
    splits.has(split) ? `${split}/images` : splits.has(null) || splits.size === 0 ? 'images' : undefined;
  const [first = null] = splits;
  const fallback = first === null ? 'images' : `${first}/images`;
  const paths: Record<string, string> = {
    train: folderOf('train') ?? fallback,
    val: folderOf('valid') ?? folderOf('train') ?? fallback,
  };
  for (const split of splits)
    if (split !== null && split !== 'train' && split !== 'valid') paths[split] = `${split}/images`;
  return paths;
}

/** Characters that readers of YAML refuse unless they are escaped. */
const UNPRINTABLE = /[\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/g;

/** Names stand in quotes: to the YAML that trainers read, `yes` is true, `01` is 1 and `1:30` is 90. */
function textOf(content: object): string {
  const document = new Document(content);
  const quote = (names: unknown): void => {
    for (const item of isSeq(names) ? names.items : []) if (isScalar(item)) item.type = Scalar.QUOTE_DOUBLE;
  };
  quote(document.get('names'));
  const byClass = document.get('kpt_names');
  for (const { value } of isMap(byClass) ? byClass.items : []) quote(value);
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return document.toString({ lineWidth: 0 }).replace(UNPRINTABLE, escaped);
}
