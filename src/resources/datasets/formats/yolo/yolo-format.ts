import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { AnnotatedImage } from '../../model/annotated-image.js';
import { DatasetFeature, type FormatDefinition, type ReadJob } from '../../registry/format-definition.js';
import { requireFolder } from '../../io/plain-file.js';
import { loseUnread } from '../../report/unread-fields.js';
import { readPaired } from '../paired-reader.js';
import { readYOLOConfig } from './yolo-config.js';
import { looksLikeYOLO, readKeys, refuseSeveralTasks, yoloParts } from './yolo-layout.js';
import { YOLOLineReader } from './yolo-line-reader.js';
import { YOLOWriter } from './yolo-writer.js';

/** YOLO: a text file of labels for each picture, for detection, segmentation or pose. */
export const YOLO_FORMAT: FormatDefinition = {
  name: 'yolo',
  title: 'YOLO',
  holds: [DatasetFeature.Boxes, DatasetFeature.Polygons, DatasetFeature.Keypoints, DatasetFeature.ClassOrder],
  recognises: looksLikeYOLO,
  cutsAtEdge: true,
  read: readYOLO,
  write: (job) => new YOLOWriter(job),
};

function* readYOLO(job: ReadJob): Generator<AnnotatedImage> {
  requireFolder(job.source, 'YOLO');
  refuseSeveralTasks(job.source);
  const config = readYOLOConfig(job.source);
  const parts = yoloParts(job.source, config);
  const lines = new YOLOLineReader(job, config);
  job.classes.declare(config.names);
  for (const [id, names] of Object.entries(isRecord(config.entries['kpt_names']) ? config.entries['kpt_names'] : {})) {
    const label = config.names[Number(id)];
    if (label !== undefined && Array.isArray(names))
      job.classes.keypoints.set(label, { names: names.map(String), skeleton: [] });
  }
  if (job.lists?.isLead ?? true) {
    const fields = { known: readKeys(job.source, config), prefix: '', reason: 'this key of a data set is not read' };
    loseUnread(config.entries, fields, job.losses, () => config.file);
  }
  const format = { ending: '.txt', parse: lines.parse.bind(lines) };
  for (const part of parts) yield* readPaired(job, part, format);
}
