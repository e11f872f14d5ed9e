export { type ImageHandling } from './resources/datasets/io/image-placer.js';
export {
  type AnnotatedImage,
  type Annotation,
  type AnnotationAttribute,
  type AnnotationKind,
  type Box,
  type BoxAnnotation,
  type GroupAnnotation,
  type ImageSize,
  type Keypoint,
  type KeypointsAnnotation,
  type Point,
  type PolygonAnnotation,
  type PolygonPart,
  type PolylineAnnotation,
  type RelationAnnotation,
  type ShapeAnnotation,
} from './resources/datasets/model/annotated-image.js';
export { type ClassOrder } from './resources/datasets/model/class-order.js';
export {
  type ConvertedDocument,
  type ConvertedImage,
  FromDMToYOLOConverter,
  type OriginalConverterOptions,
} from './resources/datasets/original/dm-to-yolo.converter.js';
export { DMVersion } from './resources/datasets/original/original-documents.js';
export {
  type ConvertedLabels,
  YOLOToDMConverter,
  type YOLOToDMOptions,
} from './resources/datasets/original/yolo-to-dm.converter.js';
export {
  type ConversionReport,
  type ConversionResult,
  type ConvertOptions,
} from './resources/datasets/registry/conversion.js';
export { DatasetFormatRegistry, type DirectConverter } from './resources/datasets/registry/dataset-format-registry.js';
export {
  DatasetFeature,
  type DatasetWriter,
  type FormatDefinition,
  type ImageStream,
  type ReadJob,
  type WriteJob,
  YOLOTask,
} from './resources/datasets/registry/format-definition.js';
export { type ConversionRoute, type RouteStep } from './resources/datasets/registry/route.js';
export { type Loss, type LossLog } from './resources/datasets/report/loss-log.js';
export {
  type OnError,
  ProblemCode,
  type ProblemGroup,
  type ProblemLog,
} from './resources/datasets/report/problem-log.js';
export {
  type ClassCounts,
  type DatasetInspection,
  inspectDataset,
  type InspectOptions,
  type SplitCounts,
} from './resources/datasets/inspect/inspect-dataset.js';
export { openDataset, type OpenDataset, type OpenDatasetOptions } from './resources/datasets/inspect/open-dataset.js';
export {
  type DatasetPreview,
  previewDataset,
  type PreviewOptions,
} from './resources/datasets/preview/preview-dataset.js';
export { DatasetFormat, getConverter } from './resources/datasets/original/get-converter.js';
export { DMAttribute } from './resources/datasets/values/dm-attribute.js';
export {
  DMv1AnnotationBase,
  DMv1AnnotationDataItem,
  DMv1AnnotationGroupItem,
  DMv1Classification,
  DMv1Document,
  DMv1GroupMemberItem,
  DMv1RelationItem,
} from './resources/datasets/values/dm-v1-values.js';
export {
  DMv2Document as DMDocument,
  DMv2Document,
  DMv2ImageItem as DMImageItem,
  DMv2ImageItem,
} from './resources/datasets/values/dm-v2-document.js';
export {
  DMv2AnnotationBase,
  DMv2BoundingBox as DMBoundingBox,
  DMv2BoundingBox,
  DMv2Group as DMGroup,
  DMv2Group,
  DMv2Keypoint as DMKeypoint,
  DMv2Keypoint,
  DMv2Polygon as DMPolygon,
  DMv2Polygon,
  DMv2Polyline as DMPolyline,
  DMv2Polyline,
  DMv2Relation as DMRelation,
  DMv2Relation,
} from './resources/datasets/values/dm-v2-values.js';
export { YOLOAnnotation, YOLODatasetContents, YOLOImage } from './resources/datasets/values/yolo-values.js';
export { YOLODatasetConfig } from './resources/datasets/values/yolo-dataset-config.js';
