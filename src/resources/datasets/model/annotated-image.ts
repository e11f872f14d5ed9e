/** Width and height of a picture as it is stored, in pixels; a turn that its EXIF data asks for is not applied. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A place in a picture, in pixels from its top left corner. */
export type Point = readonly [x: number, y: number];

/** A key point: its place, and 0 for not labelled, 1 for hidden, 2 for visible. */
export type Keypoint = readonly [x: number, y: number, visibility: number];

/** An upright rectangle, in pixels; x and y are its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is said of an annotation besides its class, e.g. a colour, a score or a track's id. */
export interface AnnotationAttribute {
  readonly name: string;
  readonly value: string | number | boolean | readonly string[];
}

/** What only the source's own format has a place for; read where the target is of that format. */
export interface OwnValues {
  /** Left out where the source has no whole number there. */
  readonly id?: number;
  readonly area?: number;
  readonly bbox?: readonly number[];
}

interface AnnotationBase {
  /** Unique within its picture. Empty where the format gives none. */
  readonly id: string;
  /** Line of the document that it stands on, from 1, where the format has lines; messages name it. */
  readonly line?: number;
  /** Which object of the document it is, from 1, where the format counts none; messages name it. */
  readonly number?: number;
  /** Name of its class. */
  readonly label: string;
  readonly attributes: readonly AnnotationAttribute[];
  /** One object for all annotations that the source has as one. */
  readonly own?: OwnValues;
}

export interface BoxAnnotation extends AnnotationBase, Box {
  readonly kind: 'box';
}

/** One outline of a polygon, and the outlines of the holes in it. */
export interface PolygonPart {
  readonly outline: readonly Point[];
  readonly holes: readonly (readonly Point[])[];
}

export interface PolygonAnnotation extends AnnotationBase {
  readonly kind: 'polygon';
  /** More than one where something in front cuts the object into pieces. */
  readonly parts: readonly PolygonPart[];
}

export interface KeypointsAnnotation extends AnnotationBase {
  readonly kind: 'keypoints';
  readonly points: readonly Keypoint[];
  readonly box: Box | null;
}

export interface PolylineAnnotation extends AnnotationBase {
  readonly kind: 'polyline';
  readonly points: readonly Point[];
}

export interface RelationAnnotation extends AnnotationBase {
  readonly kind: 'relation';
  /** Ids of the two annotations. */
  readonly from: string;
  readonly to: string;
}

export interface GroupAnnotation extends AnnotationBase {
  readonly kind: 'group';
  /** Ids of the annotations in it. */
  readonly members: readonly string[];
}

/** Annotations that have a shape in the picture. */
export type ShapeAnnotation = BoxAnnotation | PolygonAnnotation | KeypointsAnnotation | PolylineAnnotation;

/** What every format is read into and written from. */
export type Annotation = ShapeAnnotation | RelationAnnotation | GroupAnnotation;

export type AnnotationKind = Annotation['kind'];

/** One picture with what is known about it: the unit in which data sets travel from one format to another. */
export interface AnnotatedImage {
  /** Part of the data set, e.g. `train`, `valid` or `test`; null where it has no parts. */
  readonly split: string | null;
  /** Name of the picture without its ending; unique within its part. */
  readonly stem: string;
  /** Name of the picture's file. */
  readonly fileName: string;
  /** Absolute path of the picture; null where only its annotations are known. */
  readonly file: string | null;
  readonly size: ImageSize;
  /** File that the annotations were read from, below the data set; messages name it. */
  readonly document: string;
  /** Number of the picture, unique within its part; read where the target is of the source's format. */
  readonly ownId?: number;
  /** Whether somebody annotated it, be it with the answer that there is nothing to see. */
  readonly isLabelled: boolean;
  readonly annotations: readonly Annotation[];
}

/** No attributes, shared by all annotations that have none. */
export const NO_ATTRIBUTES: readonly AnnotationAttribute[] = Object.freeze([]);
