import type { DatasetPlace } from '../../../foundation/errors/dataset.errors.js';
import type { AnnotatedImage, Annotation } from '../model/annotated-image.js';

type Document = Pick<AnnotatedImage, 'document'>;
type Placed = Pick<Annotation, 'id' | 'line' | 'number'>;

/** Where an annotation was read from, as problems name it. */
export function problemPlace({ document: file }: Document, { id, line, number }: Placed): DatasetPlace {
  if (line !== undefined) return { file, line };
  return { file, annotation: number === undefined ? id : String(number) };
}

/** The picture of an annotation, as problems of its shape name it. */
export function pictureWith({ size }: Pick<AnnotatedImage, 'size'>): string {
  return `its picture of ${size.width}x${size.height} pixels`;
}

/** Where an annotation was read from, as the loss report names it. Lines and numbers go first: a writer may have made up the id. */
export function placeIn({ document }: Document, { id, line, number }: Placed): string {
  if (line !== undefined) return `${document}:${line}`;
  const name = number === undefined ? id : String(number);
  return name === '' ? document : `${document}#${name}`;
}
