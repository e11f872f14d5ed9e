import { Option, SubCommand } from 'nest-commander';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { storedEventBatches } from '../../../runtime/run-store/stored-events.js';
import { CliOutput } from '../cli-output.js';
import { parseCount } from '../parse-time.js';
import { oneLine } from '../table.js';
import { valueText } from './run-text.js';
import { runIn, StoreCommand, type StoreOptions } from './store-command.js';

interface EventsOptions extends StoreOptions {
  readonly after?: number;
}

@SubCommand({
  name: 'events',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description: 'Print the events of a run in their order; with --json one a line',
})
export class RunEventsCommand extends StoreCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([id = '']: string[], options: EventsOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      await runIn(store, id);
      for await (const events of storedEventBatches(store, id, { afterSeq: options.after })) {
        this.output.text(events.map(options.json ? jsonOf : textOf).join(''));
      }
    });
  }

  @Option({ flags: '--after <number>', description: 'only events after the one with this number' })
  parseAfter(text: string): number {
    return parseCount('--after', text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  }
}

function jsonOf(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`;
}

function textOf({ seq, time, type, data }: RunEvent): string {
  return `${String(seq).padStart(5)}  ${time}  ${type.padEnd(14)}  ${oneLine(valueText(data))}\n`;
}
