import { Option, SubCommand } from 'nest-commander';
import { PipelineListener } from '../../../authoring/pipelines/pipeline-listener.js';
import { errorToJson } from '../../../foundation/errors/error-json.js';
import { CliOutput } from '../cli-output.js';
import { readJsonArgument } from '../parse-json.js';
import { FolderCommand, type FolderOptions } from '../plugin/folder-command.js';
import { withInterrupts } from '../plugin/interrupts.js';
import { type Assignment, mergeParams, parseAssignment } from '../plugin/params-arguments.js';
import { printOutcome } from '../plugin/print-outcome.js';
import { PluginHost } from '../plugin-host.js';
import { openStore } from '../run-stores.js';
import { StdoutGuard } from '../stdout-guard.js';
import { pipelineNamed } from './named-pipelines.js';

interface PipelineRunOptions extends FolderOptions {
  readonly params?: { readonly json: unknown };
  readonly set?: readonly Assignment[];
  readonly store?: string;
  readonly resumeFrom?: string;
}

@SubCommand({
  name: 'run',
  arguments: '[name]',
  argsDescription: { name: 'name of the pipeline; may be left out when there is one' },
  description: 'Run a pipeline and print the result of its last action as JSON',
})
export class PipelineRunCommand extends FolderCommand {
  constructor(
    private readonly host: PluginHost,
    protected readonly output: CliOutput,
    private readonly guard: StdoutGuard,
  ) {
    super();
  }

  async run([name]: string[], options: PipelineRunOptions): Promise<void> {
    try {
      await this.#run(name, options);
    } catch (thrown) {
      if (options.json) this.output.result({ id: null, status: 'failed', error: errorToJson(thrown) });
      this.output.error(thrown);
    }
  }

  async #run(name: string | undefined, options: PipelineRunOptions): Promise<void> {
    const display = new PipelineListener();
    this.guard.showPrints((line) => display.print(line));
    // Never closed: that would wait for the disk, and what is written is safe without. The process is about to end.
    const store = await openStore(options.store, this.output);
    const opened = await this.host.open(options.path ?? '.', { listeners: [display], store });
    try {
      const plan = pipelineNamed(opened, name);
      display.expect(plan.nodes.map(({ node }) => node.name));
      const { paramsType } = plan.pipeline;
      const params = mergeParams({ name: plan.name, paramsType }, options.params, options.set ?? [], {});
      const request = { params, plugin: plan.plugin, resumeFrom: options.resumeFrom };
      const start = () => opened.pipelines.run(plan.pipeline, request);
      const targets = { action: plan.runName, guard: this.guard, output: this.output };
      const { handle, outcome } = await withInterrupts(targets, start);
      await handle.shown();
      this.guard.showPrints(undefined);
      display.close();
      printOutcome(this.output, handle.id, outcome, options);
    } finally {
      this.guard.watch(undefined);
      this.guard.showPrints(undefined);
      await opened.close();
    }
  }

  @Option({ flags: '--params <json>', description: 'params as JSON, @file with JSON in it, or - for standard input' })
  parseParams(text: string): { readonly json: unknown } {
    return { json: readJsonArgument('--params', text) };
  }

  @Option({ flags: '--set <key=value>', description: 'one param by its dotted path; may be repeated' })
  parseSet(text: string, earlier: readonly Assignment[] = []): readonly Assignment[] {
    return [...earlier, parseAssignment(text)];
  }

  @Option({
    flags: '--resume-from <id>',
    description: 'run of the same pipeline to go on from; --params and --set change its params',
  })
  parseResumeFrom(id: string): string {
    return id;
  }

  @Option({
    flags: '--store <store>',
    description: "file or postgres:// URL to keep the runs in, or memory (default: the user's own file)",
  })
  parseStore(word: string): string {
    return word;
  }
}
