import { DM_V1_FORMAT, DM_V2_FORMAT } from '../formats/dm/dm-formats.js';
import { YOLO_FORMAT } from '../formats/yolo/yolo-format.js';
import type { FormatDefinition } from '../registry/format-definition.js';

/** Formats that threads know. No more than they need: a thread loads all of it before it begins. */
export const SHARED_FORMATS: readonly FormatDefinition[] = [DM_V2_FORMAT, DM_V1_FORMAT, YOLO_FORMAT];
