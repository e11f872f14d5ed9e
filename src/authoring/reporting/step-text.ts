import { plainText } from './console-text.js';
import type { RunEventType } from './run-event.js';
import { safeJson } from './safe-json.js';

/** What an event of a step may say of it. */
interface StepFacts {
  readonly step?: unknown;
  readonly attempt?: unknown;
  readonly elapsed?: unknown;
  readonly error?: unknown;
  readonly delay_ms?: unknown;
  readonly undo?: unknown;
}

/** One sentence for people about what happened to a step; the event as it is where it does not name one. */
export function stepText(type: RunEventType, data: Readonly<Record<string, unknown>>): string {
  const { step, attempt, elapsed }: StepFacts = data;
  if (typeof step !== 'string') return plainText(`${type} ${safeJson(data)}`);
  const time = typeof elapsed === 'number' ? ` in ${elapsed} s` : '';
  const tries = typeof attempt === 'number' && attempt > 1 ? ` (try ${attempt})` : '';
  return plainText(`Step '${step}' ${ENDINGS[type]?.(data, time) ?? type}${tries}`);
}

const ENDINGS: Partial<Record<RunEventType, (facts: StepFacts, time: string) => string>> = {
  'step.started': () => 'started',
  'step.completed': (_facts, time) => `done${time}`,
  'step.skipped': () => 'skipped: there is nothing to do',
  'step.failed': (facts, time) => `failed${time}${whyOf(facts)}`,
  'step.retrying': (facts) =>
    `${facts.undo === true ? 'could not be undone' : 'failed'}${whyOf(facts)}; next try in ${String(facts.delay_ms)} ms`,
  'step.rolled_back': () => 'undone',
  'step.rollback_failed': (facts) => `could not be undone${whyOf(facts)}`,
};

function whyOf({ error }: StepFacts): string {
  return typeof error === 'string' && error !== '' ? `: ${error}` : '';
}
