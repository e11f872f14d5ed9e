import { isTerminal, type RunEvent } from '../../src/authoring/reporting/run-event.js';
import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import type { WorldRequest } from './victims.js';

/** Steps that ask something of the world, by their stage. */
const STAGES: Readonly<Record<string, number>> = { reserve: 0, copy: 1, left: 2, right: 2, note: 3, pay: 4 };
/** Is always skipped, and undone only where nobody knows whether it was. */
const SKIPPED = 'note';

/** What is wrong with a run of victim.mjs that is over, with its events, and with what was asked of the world for it. */
export async function faultsOfRun(
  store: RunStore,
  run: RunRecord,
  requests: readonly WorldRequest[],
  fails: boolean,
): Promise<readonly string[]> {
  const own = requests.filter(({ key }) => key.startsWith(run.id));
  return [
    ...faultsOfEnd(run, fails),
    ...faultsOfRequests(own, fails),
    ...faultsOfEvents(await allEvents(store, run.id)),
  ];
}

function faultsOfEnd({ status, undo }: RunRecord, fails: boolean): string[] {
  const expected = fails ? 'failed done' : 'completed undefined';
  const found = `${status} ${undo}`;
  return found === expected ? [] : [`ended as ${found}, not as ${expected}`];
}

function faultsOfRequests(requests: readonly WorldRequest[], fails: boolean): string[] {
  const broken = requests.filter(({ word }) => word.startsWith('BROKEN')).map(({ word, step }) => `${step}: ${word}`);
  const stepsWith = (wanted: string): string[] =>
    requests.filter(({ word }) => word === wanted).map(({ step }) => step);
  const done = stepsWith('done');
  const undone = stepsWith('undone');
  const all = Object.keys(STAGES).filter((step) => step !== SKIPPED);
  if (!isSame(done, all)) broken.push(`did ${done.join()}`);
  if (!fails && undone.length > 0) broken.push(`completed, and undid ${undone.join()}`);
  if (
    fails &&
    !isSame(
      undone.filter((step) => step !== SKIPPED),
      all,
    )
  )
    broken.push(`undid ${undone.join()}`);
  const stages = undone.map((step) => STAGES[step] ?? -1);
  if (stages.some((stage, index) => index > 0 && stage > (stages[index - 1] ?? 0)))
    broken.push(`undid in the order ${undone.join()}`);
  return broken;
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}

function faultsOfEvents(events: readonly RunEvent[]): string[] {
  const faults: string[] = [];
  if (events.some(({ seq }, index) => seq !== index + 1)) faults.push(`events ${events.map(({ seq }) => seq).join()}`);
  const ends = events.filter(({ type }) => isTerminal(type));
  if (ends.length !== 1 || events.at(-1) !== ends[0]) faults.push(`${ends.length} last events`);
  return faults;
}

async function allEvents(store: RunStore, id: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const more = await store.events(id, events.at(-1)?.seq);
    if (more.length === 0) return events;
    events.push(...more);
  }
}
