/** How one check of a plugin went. */
export interface CheckResult {
  /** One word. */
  readonly name: string;
  readonly status: 'ok' | 'failed' | 'skipped';
  /** What was found wrong, or why the check was skipped, as sentences. */
  readonly problems: readonly string[];
  /** What is worth a look and fails nothing. */
  readonly warnings: readonly string[];
}

/** `ok` without problems, else `failed`. */
export function checkResult(name: string, problems: readonly string[], warnings: readonly string[] = []): CheckResult {
  return { name, status: problems.length === 0 ? 'ok' : 'failed', problems, warnings };
}

/** A check that could not be made. */
export function skippedCheck(name: string, reason: string): CheckResult {
  return { name, status: 'skipped', problems: [reason], warnings: [] };
}
