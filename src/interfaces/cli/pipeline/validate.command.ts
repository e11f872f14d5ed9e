import { Option, SubCommand } from 'nest-commander';
import { missingParams } from '../../../authoring/pipelines/pipeline-checks.js';
import { errorToJson } from '../../../foundation/errors/error-json.js';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import type { PipelinePlan } from '../../../runtime/pipelines/pipeline-plan.js';
import { CliOutput } from '../cli-output.js';
import { readJsonArgument } from '../parse-json.js';
import { FolderCommand, type FolderOptions } from '../plugin/folder-command.js';
import { mergeParams } from '../plugin/params-arguments.js';
import { type OpenPlugin, PluginHost } from '../plugin-host.js';
import { refuseInitialParams } from './initial-params.js';
import { pipelineNamed, pipelineNames } from './named-pipelines.js';

interface ValidateOptions extends FolderOptions {
  readonly params?: { readonly json: unknown };
}

@SubCommand({
  name: 'validate',
  arguments: '[pipeline]',
  argsDescription: { pipeline: 'name of the pipeline (default: all of them)' },
  description: 'Check that each action of a pipeline can be given what it takes, without running any',
})
export class PipelineValidateCommand extends FolderCommand {
  constructor(
    private readonly host: PluginHost,
    protected readonly output: CliOutput,
  ) {
    super();
  }

  async run([name]: string[], options: ValidateOptions): Promise<void> {
    await this.attempt(options, async () => {
      const opened = await this.host.open(options.path ?? '.');
      try {
        const names = name === undefined ? pipelineNames(opened) : [name];
        const reports = names.length > 0 ? names : [pipelineNamed(opened, name).name];
        const found: object[] = [];
        for (const each of reports) found.push(await this.#validate(opened, each, options));
        if (options.json) this.output.result(found);
      } finally {
        await opened.close();
      }
    });
  }

  /** A fault is printed at once, and does not keep the others from being checked. */
  async #validate(opened: OpenPlugin, name: string, options: ValidateOptions): Promise<object> {
    try {
      const plan = pipelineNamed(opened, name);
      if (options.params) await this.#refuseParams(plan, options.params);
      if (!options.json) this.output.text(`Pipeline '${name}' is valid: ${countOf(plan)}.\n`);
      for (const { level, message } of plan.findings) if (level === 'warning') this.output.note(`Warning: ${message}`);
      return { name, valid: true, actions: plan.nodes.map(({ node }) => node.name), findings: plan.findings };
    } catch (thrown) {
      this.output.error(thrown);
      return { name, valid: false, error: errorToJson(thrown) };
    }
  }

  async #refuseParams(plan: PipelinePlan, params: { readonly json: unknown }): Promise<void> {
    const given = mergeParams({ name: plan.name, paramsType: plan.pipeline.paramsType }, params, [], {});
    refuseMissing(plan, given);
    await refuseInitialParams(plan, given, this.output);
  }

  @Option({ flags: '--params <json>', description: 'params to check as well: JSON, @file with JSON in it, or -' })
  parseParams(text: string): { readonly json: unknown } {
    return { json: readJsonArgument('--params', text) };
  }
}

function countOf({ nodes }: PipelinePlan): string {
  return nodes.length === 1 ? '1 action' : `${nodes.length} actions`;
}

/** @throws {@link ParamsInvalidError} with every required param that neither these nor a result before its action have. */
function refuseMissing({ name, nodes, pipeline }: PipelinePlan, given: object): void {
  const facts = nodes.map(({ node, definition }) => ({ ...definition, label: node.name }));
  const check = { graph: pipeline.graph, facts, isStrict: true };
  const missing = missingParams(check, Object.keys(given));
  if (missing.length === 0) return;
  const issues = missing.map((path) => ({ path, code: 'missing', message: 'is required' }));
  throw new ParamsInvalidError(name, issues);
}
