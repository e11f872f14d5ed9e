import { Injectable } from '@nestjs/common';
import { type AnnotatedImage, openDataset, type ProblemGroup } from 'nest-synapse';
import { FindingLog } from './finding.js';
import type { QualityLimits, QualityRule } from './quality-rule.js';
import { allRules } from './rules/all-rules.js';
import { Statistics } from './statistics.js';

/** What was found in a data set. */
export interface Judgement {
  readonly path: string;
  readonly format: string;
  readonly classNames: readonly string[];
  readonly findings: FindingLog;
  readonly statistics: Statistics;
}

/** What is judged, and how. */
export interface JudgeOptions {
  /** Format of the data set; without it, what its files look like. */
  readonly format?: string;
  readonly limits: QualityLimits;
  readonly signal: AbortSignal;
  /** Called after each picture with their number so far. */
  readonly onPicture: (images: number) => void;
}

/** What the reader of the data set finds, by the codes of its problems; everything else is `unreadable`. */
const READING_RULES = {
  unreadable: 'Files and annotations that cannot be read',
  size_mismatch: 'Pictures of another size than their annotations say',
  missing_picture: 'Annotations whose picture is missing, or is none',
} as const;
type ReadingRule = keyof typeof READING_RULES;

const RULE_OF_PROBLEM: Readonly<Partial<Record<ProblemGroup['code'], ReadingRule>>> = {
  wrong_size: 'size_mismatch',
  no_image: 'missing_picture',
  not_an_image: 'missing_picture',
};

/** Reads a data set through once and lets every rule look at every picture. */
@Injectable()
export class DatasetJudge {
  async judge(path: string, { format, limits, signal, onPicture }: JudgeOptions): Promise<Judgement> {
    const dataset = openDataset(path, { from: format, onError: 'skip', signal });
    const [findings, statistics] = [new FindingLog(), new Statistics()];
    const rules = allRules(limits);
    for (const [rule, title] of Object.entries(READING_RULES)) findings.declare(rule, title, 'error');
    for (const { name, title, severity } of rules) findings.declare(name, title, severity);
    for await (const image of dataset.images) {
      statistics.add(image);
      await checkImage(image, rules, findings);
      onPicture(statistics.images);
    }
    const classNames = dataset.classNames();
    for (const { name, finish } of rules) finish?.(classNames, (finding) => findings.add(name, finding));
    for (const problem of dataset.problems()) addProblem(problem, findings);
    return { path: dataset.path, format: dataset.format, classNames, findings, statistics };
  }
}

async function checkImage(image: AnnotatedImage, rules: readonly QualityRule[], findings: FindingLog): Promise<void> {
  for (const { name, check } of rules) {
    const work = check?.(image, (finding) => findings.add(name, finding));
    if (work) await work; // most rules have nothing to wait for
  }
}

function addProblem({ code, count, places }: ProblemGroup, findings: FindingLog): void {
  const known = places.map((message) => ({ document: '', annotation: '', message }));
  findings.addMany(RULE_OF_PROBLEM[code] ?? 'unreadable', count, known);
}
