import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import type { VictimEnd, Victims, VictimStore } from './victims.js';

/** Where the processes keep their runs, and the store as the spec reads it. */
export interface KillSite {
  readonly where: VictimStore;
  readonly store: RunStore;
}

/** What became of a run whose owner stood still for longer than its lease. */
export interface HangReport {
  /** What the owner had said when another process had ended the run. */
  readonly saidMeanwhile: readonly string[];
  /** The run when it was over. */
  readonly ended: RunRecord | undefined;
  /** The run once its first owner had tried to go on with it. */
  readonly after: RunRecord | undefined;
  /** How that owner ended. */
  readonly late: VictimEnd;
  /** Entries of the journal: step and epoch. */
  readonly entries: readonly string[];
  /** Steps that had their effect, in order. */
  readonly done: readonly string[];
}

/** Blocks the event loop of a run's owner in the middle of a step, with a second process there that takes runs over. */
export async function hangOwner(victims: Victims, { where, store }: KillSite, blockMs: number): Promise<HangReport> {
  const taker = victims.spawn('take', where);
  await taker.until((lines) => lines.includes('ready'));
  const hanging = victims.spawn('block', where, { params: { fails: false }, blockMs });
  await hanging.until((lines) => lines.includes('blocked'));
  const [run] = await store.list();
  const id = run?.id ?? '';
  await taker.until((lines) => lines.includes(`over ${id}`));
  const saidMeanwhile = [...hanging.lines];
  const ended = await store.get(id);
  const late = await hanging.ended;
  const journal = await store.journal(id);
  const requests = victims.requests().filter(({ key, word }) => word === 'done' && key.startsWith(id));
  return {
    ...{ saidMeanwhile, ended, late },
    after: await store.get(id),
    entries: journal.map(({ name, epoch }) => `${name} ${epoch}`),
    done: requests.map(({ step }) => step),
  };
}

/** What must hold of it, whatever the store and however long it took. */
export function expectLost({ saidMeanwhile, ended, after, late, entries, done }: HangReport): void {
  expect(saidMeanwhile).toEqual(['blocked']); // it hangs while another process has finished
  expect(ended).toMatchObject({ status: 'completed', epoch: 2, attempt: 2 });
  expect(late.lines.at(-1)).toMatch(/^failed SYN_LEASE_LOST /);
  expect(after).toEqual(ended);
  expect(entries).toEqual(expect.arrayContaining(['reserve 1', 'copy 2', 'pay 2']));
  expect([...done].sort()).toEqual(['copy', 'left', 'pay', 'reserve', 'right']);
}
