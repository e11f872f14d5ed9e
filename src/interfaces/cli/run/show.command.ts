import { SubCommand } from 'nest-commander';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import { isLeft } from '../../../runtime/run-store/run-lease.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import { storedEvents } from '../../../runtime/run-store/stored-events.js';
import { CliOutput } from '../cli-output.js';
import { oneLine } from '../table.js';
import { durationText, statusText, timeText, valueText } from './run-text.js';
import { stepReports } from './step-report.js';
import { stepTree } from './step-tree.js';
import { runIn, StoreCommand, type StoreOptions } from './store-command.js';

@SubCommand({
  name: 'show',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description: 'Show one run: its state, params, result or error, and its steps as a tree',
})
export class RunShowCommand extends StoreCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([id = '']: string[], options: StoreOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const run = await runIn(store, id);
      const journal = await store.journal(id);
      const steps = stepReports(run, await stepEventsOf(store, id), journal);
      const children = (await store.list({ parentId: id, limit: MAX_CHILDREN })).toReversed();
      if (options.json)
        this.output.result({ ...run, steps, journal, children: children.map(({ id: child }) => child) });
      else this.output.text(`${factsText(run)}${treeText(stepTree(steps, children))}`);
    });
  }
}

const MAX_CHILDREN = 1_000;

/** What the events tell of steps. The others, of which there may be many, are not kept in memory. */
async function stepEventsOf(store: RunStore, id: string): Promise<readonly RunEvent[]> {
  const found: RunEvent[] = [];
  for await (const event of storedEvents(store, id)) if (event.type.startsWith('step.')) found.push(event);
  return found;
}

function factsText(run: RunRecord): string {
  const { error, owner, next_steps: nextSteps } = run;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', run.id],
    ['action', `${run.action} of ${run.plugin} (${run.mode})`],
    ['status', run.attempt > 1 ? `${statusText(run)}, attempt ${run.attempt}` : statusText(run)],
    ['undo', run.undo === 'pending' && isLeft(run) ? 'interrupted' : run.undo],
    ['cancel', run.cancel_requested],
    ['plugin', run.plugin_path],
    ['parent', run.parent_id],
    ['fork of', run.forked_from],
    ['created', timeText(run.created_at)],
    ['duration', durationText(run)],
    ['process', owner && `${owner.pid} on ${owner.host}`],
    ['next', nextSteps?.length ? nextSteps.join(', ') : undefined],
    ['params', valueText(run.params)],
    ['result', run.result === undefined ? undefined : valueText(run.result)],
    ['error', error && `[${error.code}] ${error.message}`],
  ];
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(10)}${oneLine(text)}\n`]));
  return lines.join('');
}

function treeText(tree: string): string {
  return tree === '' ? '' : `\nsteps\n${tree}`;
}
