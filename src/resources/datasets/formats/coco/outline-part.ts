import type { Point, PolygonPart } from '../../model/annotated-image.js';

const NO_HOLES: PolygonPart['holes'] = Object.freeze([]);

/** A part without holes; a class for the reason that stands in fresh-lists. */
export class OutlinePart implements PolygonPart {
  readonly holes = NO_HOLES;

  constructor(readonly outline: readonly Point[]) {}
}
