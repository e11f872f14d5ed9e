import { type JournalState, journalStateOf } from '../../authoring/steps/journal-state.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import type { StepJournal, StepJournalEntry } from '../../authoring/steps/step-journal.interface.js';

/** What the steps of a run in memory have done, for as long as somebody may want them undone: the pipeline that the run is part of. */
export class KeptSteps implements StepJournal {
  readonly #entries: StepJournalEntry[] = [];
  readonly #run: { readonly workDir: string };
  #context: StepContext | undefined;

  /** @param run - The run whose steps they are. */
  constructor(run: { readonly workDir: string }) {
    this.#run = run;
  }

  /** The folder of the run that the steps worked in. */
  get workDir(): string {
    return this.#run.workDir;
  }

  /** Where they stand, with what an undo of them has come to. */
  get state(): JournalState {
    return { ...journalStateOf(this.#entries), live: this.#context };
  }

  commit(entry: StepJournalEntry, context: StepContext): void {
    this.#entries.push(entry);
    this.#context = context;
  }
}
