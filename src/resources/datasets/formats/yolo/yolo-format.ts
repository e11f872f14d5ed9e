import { DatasetFeature, type FormatDefinition } from '../../registry/format-definition.js';
import { YOLOWriter } from './yolo-writer.js';

/** YOLO: a text file of labels for each picture, for detection, segmentation or pose. */
export const YOLO_FORMAT: FormatDefinition = {
  name: 'yolo',
  title: 'YOLO',
  holds: [DatasetFeature.Boxes, DatasetFeature.Polygons, DatasetFeature.Keypoints, DatasetFeature.ClassOrder],
  write: (job) => new YOLOWriter(job),
};
