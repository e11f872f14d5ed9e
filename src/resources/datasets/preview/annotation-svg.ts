import type { AnnotatedImage, Annotation, Box, Keypoint, Point } from '../model/annotated-image.js';
import { boxAround } from '../model/geometry.js';

/** Colours that differ from each other and from most pictures; classes take them in turn. */
const COLOURS = [
  '#ff3838',
  '#00c2ff',
  '#48f90a',
  '#ff9d97',
  '#ffb21d',
  '#8438ff',
  '#00d4bb',
  '#ff37c7',
  '#cfd231',
  '#2c99a8',
];

/** Shapes over a picture, as SVG of its size. */
export function annotationSvg({ size, annotations }: AnnotatedImage, classes: readonly string[]): string {
  const { width, height } = size;
  const line = Math.max(1, Math.round(Math.max(width, height) / 400));
  const shapes = annotations
    .map((annotation) => new ShapeDrawing(annotation, colourOf(annotation, classes), line).text)
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${shapes}</svg>`;
}

function colourOf({ label }: Annotation, classes: readonly string[]): string {
  return COLOURS[Math.max(classes.indexOf(label), 0) % COLOURS.length] ?? '#ff3838';
}

class ShapeDrawing {
  readonly text: string;

  constructor(
    annotation: Annotation,
    private readonly colour: string,
    private readonly line: number,
  ) {
    this.text = this.#draw(annotation);
  }

  #draw(annotation: Annotation): string {
    const { label } = annotation;
    switch (annotation.kind) {
      case 'box':
        return this.#box(annotation) + this.#label(label, annotation);
      case 'polygon': {
        const outlines = annotation.parts.flatMap(({ outline, holes }) => [outline, ...holes]);
        const path = outlines.map((points) => `M${pointsText(points)}Z`).join('');
        return `<path d="${path}" fill="${this.colour}" fill-opacity="0.3" fill-rule="evenodd" ${this.#stroke()}/>${this.#label(label, boxAround(outlines.flat()))}`;
      }
      case 'polyline':
        return `<path d="M${pointsText(annotation.points)}" fill="none" ${this.#stroke()}/>${this.#label(label, boxAround(annotation.points))}`;
      case 'keypoints': {
        const dots = annotation.points.map((point) => this.#dot(point)).join('');
        return (
          (annotation.box ? this.#box(annotation.box) : '') +
          dots +
          this.#label(label, annotation.box ?? boxAround(annotation.points))
        );
      }
      case 'relation':
      case 'group':
        return '';
    }
  }

  #box({ x, y, width, height }: Box): string {
    return `<rect x="${x}" y="${y}" width="${Math.max(width, 0)}" height="${Math.max(height, 0)}" fill="none" ${this.#stroke()}/>`;
  }

  /** Hidden points are rings; those that are not labelled are not drawn. */
  #dot([x, y, visibility]: Keypoint): string {
    if (visibility === 0) return '';
    return `<circle cx="${x}" cy="${y}" r="${this.line * 2.5}" fill="${visibility === 1 ? 'none' : this.colour}" ${this.#stroke()}/>`;
  }

  #label(label: string, place: Box | null): string {
    if (!place) return '';
    const height = this.line * 8;
    const x = Math.max(place.x, 0) + this.line;
    const y = Math.max(place.y - this.line * 2, height);
    return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${height}" fill="${this.colour}" stroke="#000" stroke-width="${this.line}" paint-order="stroke">${escaped(label)}</text>`;
  }

  #stroke(): string {
    return `stroke="${this.colour}" stroke-width="${this.line}"`;
  }
}

function pointsText(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x},${y}`).join('L');
}

function escaped(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
