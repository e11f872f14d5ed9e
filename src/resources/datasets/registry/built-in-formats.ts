import { COCO_FORMAT } from '../formats/coco/coco-format.js';
import { DM_V1_FORMAT, DM_V2_FORMAT } from '../formats/dm/dm-formats.js';
import { PASCAL_FORMAT } from '../formats/pascal/voc-format.js';
import { YOLO_FORMAT } from '../formats/yolo/yolo-format.js';
import type { FormatDefinition } from './format-definition.js';

/** Every format that comes with this package. A new one is a definition in a folder of `formats/`, and a word in this list. */
export const BUILT_IN_FORMATS: readonly FormatDefinition[] = [
  DM_V2_FORMAT,
  DM_V1_FORMAT,
  YOLO_FORMAT,
  COCO_FORMAT,
  PASCAL_FORMAT,
];
