import { SubCommand } from 'nest-commander';
import { mermaidOf } from '../../../authoring/pipelines/pipeline-mermaid.js';
import { CliOutput } from '../cli-output.js';
import { FolderCommand, type FolderOptions } from '../plugin/folder-command.js';
import { PluginHost } from '../plugin-host.js';
import { pipelineNamed } from './named-pipelines.js';

@SubCommand({
  name: 'graph',
  arguments: '[pipeline]',
  argsDescription: { pipeline: 'name of the pipeline; may be left out when there is one' },
  description: 'Print a pipeline as a Mermaid flow chart',
})
export class PipelineGraphCommand extends FolderCommand {
  constructor(
    private readonly host: PluginHost,
    protected readonly output: CliOutput,
  ) {
    super();
  }

  async run([name]: string[], options: FolderOptions): Promise<void> {
    await this.attempt(options, async () => {
      const opened = await this.host.open(options.path ?? '.');
      try {
        const plan = pipelineNamed(opened, name);
        const mermaid = mermaidOf(plan.pipeline);
        const nodes = plan.nodes.map(({ node, definition }) => ({
          name: node.name,
          action: definition.name,
          after: node.after,
          method: definition.method ?? null,
          weight: node.weight,
        }));
        if (options.json) this.output.result({ name: plan.name, nodes, mermaid });
        else this.output.text(mermaid);
      } finally {
        await opened.close();
      }
    });
  }
}
