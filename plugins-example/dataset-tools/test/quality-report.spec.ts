import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FindingLog } from '../src/quality/finding.js';
import { Statistics } from '../src/quality/statistics.js';
import { QualityReport } from '../src/report/quality-report.js';

/** A page about a set with so many findings, whose class has this name. */
async function pageOf(findingCount: number, label: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'quality-report-'));
  const [findings, statistics] = [new FindingLog(), new Statistics()];
  findings.declare('tiny', 'Small shapes', 'warning');
  for (let number = 0; number < findingCount; number++) {
    findings.add('tiny', { document: 'json/a.json', annotation: label, message: `finding ${number}.` });
  }
  const place = { kind: 'box', id: 'a', label, attributes: [], x: 0, y: 0, width: 10, height: 10 } as const;
  const image = { split: null, stem: 'a', fileName: 'a.png', file: null, document: 'json/a.json', isLabelled: true };
  statistics.add({ ...image, size: { width: 100, height: 100 }, annotations: [place] });
  const judgement = { path: `/sets/${label}`, format: 'dm_v2', classNames: [label], findings, statistics };
  await new QualityReport().write(join(folder, 'report.html'), judgement);
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  rmSync(folder, { recursive: true });
  return page;
}

describe('the report', () => {
  it('shows words of strangers as words', async () => {
    const page = await pageOf(1, `<img src=x onerror="alert('x')">&`);

    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x onerror=&#34;alert(&#39;x&#39;)&#34;&#62;&#38;');
  });

  it('needs nothing but itself: no script, and no address of anything else', async () => {
    expect(await pageOf(3, 'cat')).not.toMatch(/<script|<link|@import|url\(|https?:/);
  });

  it('names the first findings of a rule, and how many more there are', async () => {
    const page = await pageOf(1_000, 'cat');

    expect(page).toContain('finding 99.');
    expect(page).not.toContain('finding 100.');
    expect(page).toContain('and 900 more');
  });

  it('has the charts', async () => {
    const page = await pageOf(0, 'cat');

    expect(page.match(/<svg /g)).toHaveLength(5);
    expect(page).toContain('<title>cat: 1</title>');
  });
});
