import type { AnnotatedImage } from '../../model/annotated-image.js';
import { DatasetFeature, type FormatDefinition, type ReadJob } from '../../registry/format-definition.js';
import { looksLikeVOC } from './voc-layout.js';
import { VOCWriter } from './voc-writer.js';

/** Pascal VOC: an XML document of boxes for each picture. */
export const PASCAL_FORMAT: FormatDefinition = {
  name: 'pascal',
  title: 'Pascal VOC',
  holds: [DatasetFeature.Boxes, DatasetFeature.Attributes, DatasetFeature.ClassOrder],
  recognises: looksLikeVOC,
  read,
  write: (job) => new VOCWriter(job),
};

/** Loaded when a data set is read: the parser of XML is large, and every run loads the package. */
async function* read(job: ReadJob): AsyncGenerator<AnnotatedImage> {
  const { readVOC } = await import('./voc-reader.js');
  yield* readVOC(job);
}
