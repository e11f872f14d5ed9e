import { Option, SubCommand } from 'nest-commander';
import { PipelineListener } from '../../../authoring/pipelines/pipeline-listener.js';
import { CliOutput } from '../cli-output.js';
import { readJsonArgument } from '../parse-json.js';
import { FolderCommand, type FolderOptions } from '../plugin/folder-command.js';
import { type Assignment, mergeParams, parseAssignment } from '../plugin/params-arguments.js';
import { printRefusal } from '../plugin/print-outcome.js';
import { runInFront } from '../plugin/run-in-front.js';
import { PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { refuseInitialParams } from './initial-params.js';
import { pipelineNamed } from './named-pipelines.js';

interface PipelineRunOptions extends FolderOptions {
  readonly params?: { readonly json: unknown };
  readonly set?: readonly Assignment[];
  readonly store?: string;
  readonly resumeFrom?: string;
}

@SubCommand({
  name: 'run',
  arguments: '[pipeline]',
  argsDescription: { pipeline: 'name of the pipeline; may be left out when there is one' },
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
      printRefusal(this.output, thrown, options);
    }
  }

  async #run(name: string | undefined, options: PipelineRunOptions): Promise<void> {
    const display = new PipelineListener();
    const { host, output, guard } = this;
    await runInFront({ host, output, guard, display }, options, async (opened) => {
      const plan = pipelineNamed(opened, name);
      display.expect(plan.nodes.map(({ node }) => node.name));
      const { paramsType } = plan.pipeline;
      const params = mergeParams({ name: plan.name, paramsType }, options.params, options.set ?? [], {});
      const request = { params, plugin: plan.plugin, resumeFrom: options.resumeFrom };
      // What its first actions are given, these refuse at once themselves.
      await refuseInitialParams(plan, params, this.output, 'first');
      return { action: plan.runName, start: () => opened.pipelines.run(plan.pipeline, request) };
    });
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
