import type { Pipeline } from './pipeline.interface.js';
import type { PipelineNode } from './pipeline-node.js';

/** A pipeline as a Mermaid flow chart: one box for each action, arrows from each to those that wait for it. */
export function mermaidOf({ graph }: Pick<Pipeline, 'graph'>): string {
  const { nodes } = graph;
  const boxes = nodes.map((node, index) => `  n${index}["${labelOf(node)}"]`);
  const arrows = nodes.flatMap((_node, index) =>
    graph.directlyBefore(index).map((before) => `  n${before} --> n${index}`),
  );
  return `${['flowchart TD', ...boxes, ...arrows].join('\n')}\n`;
}

function labelOf({ name, action, method }: PipelineNode): string {
  const called = typeof action === 'string' ? action : action.name;
  const what = typeof action !== 'string' || called === name ? name : `${name}: ${called}`;
  return escaped(method === undefined ? what : `${what} (${method})`);
}

/** Quotes and angle brackets would end the label, or be read as markup. */
function escaped(text: string): string {
  const words: Readonly<Record<string, string>> = { '"': '#quot;', '<': '#lt;', '>': '#gt;', '#': '#35;', '\n': ' ' };
  return text.replaceAll(/["<>#\n]/g, (sign) => words[sign] ?? sign);
}
