import { Injectable } from '@nestjs/common';
import { writeFileAtomically } from 'nest-synapse';
import type { Judgement } from '../quality/dataset-judge.js';
import type { RuleFindings } from '../quality/finding.js';
import { barChart, heatMap } from './charts.js';
import { escaped } from './html.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2733; --page: #fff; --soft: #eef2f6; --line: #d5dde5; --bar: #2a6fb0; --error: #b3261e; --warning: #8a5a00; --fine: #1e7a46 }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e9ef; --page: #14191f; --soft: #1f272f; --line: #36424e; --bar: #6aaeea; --error: #ff8a80; --warning: #ffc266; --fine: #74d69a } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto; max-width: 1120px; padding: 24px }
h1 { font-size: 24px; margin: 0 } h2 { font-size: 18px; margin: 32px 0 8px } code { overflow-wrap: anywhere }
.tiles, .charts { display: flex; flex-wrap: wrap; gap: 16px } .tile { background: var(--soft); border-radius: 8px; padding: 12px 20px }
.tile b { display: block; font-size: 26px } .error { color: var(--error) } .warning { color: var(--warning) } .fine { color: var(--fine) }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: 12px } figcaption { font-weight: 600; margin-bottom: 8px }
svg { max-width: 100%; height: auto } svg text { fill: var(--ink); font-size: 12px } svg rect { fill: var(--bar) }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: 4px 10px; border-bottom: 1px solid var(--line); vertical-align: top }
td.number { text-align: right } details { border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; margin: 8px 0 } summary { cursor: pointer; font-weight: 600 }`;

/** Writes what was found as one page of HTML that needs nothing else: no script, no other file, no network. */
@Injectable()
export class QualityReport {
  async write(path: string, judgement: Judgement): Promise<void> {
    await writeFileAtomically(path, pageOf(judgement));
  }
}

function pageOf(judgement: Judgement): string {
  const { path, format, statistics, findings } = judgement;
  const title = `Quality of ${escaped(path.split(/[/\\]/).at(-1) ?? path)}`;
  const rules = findings.list();
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${title}</title><style>${STYLE}</style></head><body>`,
    `<h1>${title}</h1><p><code>${escaped(path)}</code>, read as ${escaped(format)}</p>`,
    tilesOf(judgement),
    '<h2>What there is</h2><div class="charts">',
    barChart('Annotations by class', statistics.byClass()),
    barChart('Pictures by number of annotations', statistics.byCount()),
    barChart('Objects by size, as a share of the picture', statistics.bySize()),
    heatMap('Where objects lie', statistics.places()),
    barChart(
      'Findings by rule',
      rules.map(({ rule, count }) => ({ label: rule, value: count })),
    ),
    '</div><h2>What was found</h2>',
    tableOf(rules),
    ...rules.filter(({ count }) => count > 0).map(detailsOf),
    '</body></html>\n',
  ].join('\n');
}

function tilesOf({ statistics, classNames, findings }: Judgement): string {
  const [errors, warnings] = [findings.count('error'), findings.count('warning')];
  const tiles: readonly (readonly [count: number, word: string, style: string])[] = [
    [statistics.images, 'pictures', ''],
    [statistics.annotations, 'annotations', ''],
    [classNames.length, 'classes', ''],
    [errors, 'errors', errors > 0 ? 'error' : 'fine'],
    [warnings, 'warnings', warnings > 0 ? 'warning' : 'fine'],
  ];
  const shown = tiles.map(([count, word, style]) => `<div class="tile ${style}"><b>${count}</b>${word}</div>`);
  return `<div class="tiles">${shown.join('')}</div>`;
}

function tableOf(rules: readonly RuleFindings[]): string {
  const rows = rules.map(({ rule, title, severity, count }) => {
    const style = count > 0 ? severity : 'fine';
    return `<tr><td><code>${escaped(rule)}</code></td><td>${escaped(title)}</td><td class="${style}">${severity}</td><td class="number ${style}">${count}</td></tr>`;
  });
  return `<table><tr><th>rule</th><th>what it looks for</th><th>kind</th><th>found</th></tr>${rows.join('')}</table>`;
}

function detailsOf({ title, count, first, severity }: RuleFindings): string {
  const rows = first.map(({ document, annotation, message }) => {
    const cells = [document, annotation, message].map((text) => `<td>${escaped(text)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const more = count > first.length ? `<p>… and ${count - first.length} more.</p>` : '';
  const table = `<table><tr><th>file</th><th>annotation</th><th>finding</th></tr>${rows.join('')}</table>`;
  return `<details open><summary class="${severity}">${escaped(title)}: ${count}</summary>${table}${more}</details>`;
}
