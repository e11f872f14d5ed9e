import { DatasetFeature, type FormatDefinition } from '../../registry/format-definition.js';
import { looksLikeVOC } from './voc-layout.js';
import { readVOC } from './voc-reader.js';
import { VOCWriter } from './voc-writer.js';

/** Pascal VOC: an XML document of boxes for each picture. */
export const PASCAL_FORMAT: FormatDefinition = {
  name: 'pascal',
  title: 'Pascal VOC',
  holds: [DatasetFeature.Boxes, DatasetFeature.Attributes, DatasetFeature.ClassOrder],
  recognises: looksLikeVOC,
  read: readVOC,
  write: (job) => new VOCWriter(job),
};
