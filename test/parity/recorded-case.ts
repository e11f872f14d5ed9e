import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded case: what went in, and what the original made of it. */
export interface RecordedCase<I, E> {
  readonly id: string;
  readonly title: string;
  readonly reproduce: string;
  readonly input: I;
  readonly expected: E;
}

/** The recorded case of this id; `I` and `E` are the caller's word for what the file holds. */
export function recordedCase<I, E>(id: string): RecordedCase<I, E> {
  const text = readFileSync(join(__dirname, 'framework-cases.json'), 'utf8');
  const { cases } = JSON.parse(text) as { cases: RecordedCase<I, E>[] };
  const found = cases.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`framework-cases.json has no case ${id}`);
  return found;
}
