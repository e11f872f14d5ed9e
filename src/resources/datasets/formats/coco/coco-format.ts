import { DatasetFeature, type FormatDefinition } from '../../registry/format-definition.js';
import { looksLikeCOCO } from './coco-layout.js';
import { readCOCO } from './coco-reader.js';
import { COCOWriter } from './coco-writer.js';

/** COCO: one JSON file for all pictures of a part; boxes, outlines and key points. */
export const COCO_FORMAT: FormatDefinition = {
  name: 'coco',
  title: 'COCO',
  holds: [
    ...[
      DatasetFeature.Boxes,
      DatasetFeature.Polygons,
      DatasetFeature.PolygonParts,
      DatasetFeature.PolygonHoles,
      DatasetFeature.Keypoints,
    ],
    ...[DatasetFeature.Attributes, DatasetFeature.ClassOrder],
  ],
  recognises: looksLikeCOCO,
  read: readCOCO,
  write: (job) => new COCOWriter(job),
};
