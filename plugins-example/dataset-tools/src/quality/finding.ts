/** How bad a finding is: with an error the set must not be used, with a warning somebody should look. */
export type Severity = 'error' | 'warning';

/** One thing that is wrong. */
export interface Finding {
  /** File of the annotations, below the data set; empty where it is about the whole set. */
  readonly document: string;
  /** Id of the annotation, or its class where it has none; empty where it is about the picture. */
  readonly annotation: string;
  readonly message: string;
}

/** All that one rule found. */
export interface RuleFindings {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  count: number;
  /** The first of them. */
  readonly first: Finding[];
}

/** Findings of a rule that are kept word for word; all of them are counted. */
const MOST_KEPT = 100;

/** Takes what the rules find; its memory does not grow with the number of findings. */
export class FindingLog {
  readonly #rules = new Map<string, RuleFindings>();

  /** Names a rule, so that the report shows it even if it finds nothing. */
  declare(rule: string, title: string, severity: Severity): void {
    this.#rules.set(rule, { rule, title, severity, count: 0, first: [] });
  }

  add(rule: string, finding: Finding): void {
    this.addMany(rule, 1, [finding]);
  }

  /** The same for what was counted elsewhere, of which only some are known. */
  addMany(rule: string, count: number, findings: readonly Finding[]): void {
    const group = this.#rules.get(rule);
    if (!group) throw new Error(`The rule '${rule}' was never declared.`);
    group.count += count;
    group.first.push(...findings.slice(0, MOST_KEPT - group.first.length));
  }

  list(): readonly RuleFindings[] {
    return [...this.#rules.values()];
  }

  count(severity: Severity): number {
    return this.list()
      .filter((group) => group.severity === severity)
      .reduce((sum, { count }) => sum + count, 0);
  }
}
