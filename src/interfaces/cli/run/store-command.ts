import { Option } from 'nest-commander';
import { RunStatus } from '../../../foundation/config/enums.js';
import { RunNotFoundError, UsageError } from '../../../foundation/errors/run.errors.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import { AnsweringCommand, type AnswerOptions } from '../answering-command.js';
import { openExistingStore } from '../run-stores.js';
import { unknownWord } from '../unknown-word.js';

/** Options of every command that looks into a run store. */
export interface StoreOptions extends AnswerOptions {
  readonly store?: string;
}

/** Base of the commands that look into a run store. */
export abstract class StoreCommand extends AnsweringCommand {
  /** What the command does with runs. */
  protected readonly storeUse: 'reading' | 'writing' = 'reading';

  /** Does the command's work on the store that was asked for, and closes it. */
  protected withStore(options: StoreOptions, work: (store: RunStore) => Promise<void>): Promise<void> {
    return this.attempt(options, async () => {
      const store = await openExistingStore(options.store, this.storeUse);
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });
  }

  @Option({
    flags: '--store <store>',
    description: "file or postgres:// URL of the run store (default: the user's own file)",
  })
  parseStore(word: string): string {
    return word;
  }
}

/** Most runs among which one is looked for that a beginning may mean. */
const MAX_LOOKED_AT = 1_000;

/** @throws {@link RunNotFoundError}; {@link UsageError} with the whole ids for what is only the beginning of some. */
export async function runIn(store: RunStore, id: string): Promise<RunRecord> {
  const record = await store.get(id);
  if (record) return record;
  const listed = id === '' ? [] : await store.list({ limit: MAX_LOOKED_AT });
  const begun = listed.filter((run) => run.id.startsWith(id)).map((run) => run.id);
  if (begun.length === 0) throw new RunNotFoundError(id);
  const more = begun.length > 3 ? ` and ${begun.length - 3} more` : '';
  throw new UsageError(
    `'${id}' is only the beginning of a run's id. Give the whole id: ${begun.slice(0, 3).join(', ')}${more}.`,
  );
}

/** States that a flag may name. */
export const RUN_STATUSES: readonly RunStatus[] = Object.values(RunStatus);

export function parseStatus(text: string, known: readonly RunStatus[] = RUN_STATUSES): RunStatus {
  const status = known.find((one) => one === text);
  if (status) return status;
  throw unknownWord('status', text, known);
}
