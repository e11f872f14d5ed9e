import type { DatasetFeature, FormatDefinition } from './format-definition.js';

/** One hop of a conversion. */
export interface RouteStep {
  readonly from: string;
  readonly to: string;
}

/** How one format is reached from another, and what that costs. */
export interface ConversionRoute {
  readonly steps: readonly RouteStep[];
  /** What the source's format can hold and one on the way cannot. A data set that has none of it loses nothing. */
  readonly loses: readonly DatasetFeature[];
}

/** What a route is searched in. */
export interface RouteGraph {
  readonly formats: ReadonlyMap<string, FormatDefinition>;
  /** Whether one hop leads from the first to the second. */
  hasStep(from: string, to: string): boolean;
}

/** The route with the fewest hops; among equals, the one that loses the least. Undefined where there is none. */
export function shortestRoute(graph: RouteGraph, from: string, to: string): ConversionRoute | undefined {
  let frontier: (readonly string[])[] = [[from]];
  const seen = new Set<string>();
  while (frontier.length > 0) {
    const longer = frontier.flatMap((path) => extended(graph, path, seen));
    const arrived = longer.filter((path) => path.at(-1) === to).map((path) => routeOf(graph, path));
    const [best] = arrived.sort((left, right) => left.loses.length - right.loses.length);
    if (best) return best;
    for (const path of longer) seen.add(path.at(-1) ?? '');
    frontier = longer;
  }
  return undefined;
}

function extended(graph: RouteGraph, path: readonly string[], seen: ReadonlySet<string>): (readonly string[])[] {
  const last = path.at(-1) ?? '';
  const next = [...graph.formats.keys()].filter((name) => !seen.has(name) && graph.hasStep(last, name));
  return next.map((name) => [...path, name]);
}

function routeOf({ formats }: RouteGraph, path: readonly string[]): ConversionRoute {
  const [first = '', ...others] = path;
  const held = formats.get(first)?.holds ?? [];
  const loses = held.filter((feature) => others.some((name) => !formats.get(name)?.holds.includes(feature)));
  const steps = others.map((to, index) => ({ from: path[index] ?? first, to }));
  return { steps, loses };
}
