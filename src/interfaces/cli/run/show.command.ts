import { SubCommand } from 'nest-commander';
import type { JournalEntry } from '../../../runtime/run-store/run-journal.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import { CliOutput } from '../cli-output.js';
import { oneLine, tableText } from '../table.js';
import { durationText, statusText, timeText, valueText } from './run-text.js';
import { runIn, StoreCommand, type StoreOptions } from './store-command.js';

@SubCommand({
  name: 'show',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description: 'Show one run: its state, params, result or error, and journal',
})
export class RunShowCommand extends StoreCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([id = '']: string[], options: StoreOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const run = await runIn(store, id);
      const journal = await store.journal(id);
      if (options.json) this.output.result({ ...run, journal });
      else this.output.text(textOf(run, journal));
    });
  }
}

function textOf(run: RunRecord, journal: readonly JournalEntry[]): string {
  const { error, owner, next_steps: nextSteps } = run;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', run.id],
    ['action', `${run.action} of ${run.plugin} (${run.mode})`],
    ['status', run.attempt > 1 ? `${statusText(run)}, attempt ${run.attempt}` : statusText(run)],
    ['plugin', run.plugin_path],
    ['parent', run.parent_id],
    ['created', timeText(run.created_at)],
    ['duration', durationText(run)],
    ['process', owner && `${owner.pid} on ${owner.host}`],
    ['next', nextSteps?.length ? nextSteps.join(', ') : undefined],
    ['params', valueText(run.params)],
    ['result', run.result === undefined ? undefined : valueText(run.result)],
    ['error', error && `[${error.code}] ${error.message}`],
  ];
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(10)}${oneLine(text)}\n`]));
  return lines.join('') + (journal.length === 0 ? '' : `\n${journalText(journal)}`);
}

function journalText(journal: readonly JournalEntry[]): string {
  const rows = journal.map(({ seq, kind, name, at }) => [String(seq), kind, name, timeText(at)]);
  return tableText(['#', 'KIND', 'STEP', 'ENDED'], rows);
}
