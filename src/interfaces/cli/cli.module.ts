import { type DynamicModule, Module } from '@nestjs/common';
import { HostModules } from '../../runtime/discovery/loader/host-modules.js';
import { PluginLoader } from '../../runtime/discovery/loader/plugin-loader.js';
import { CliOutput } from './cli-output.js';
import { CompleteCommand } from './completion/complete.command.js';
import { CompletionCommand } from './completion/completion.command.js';
import { DatasetsCommand } from './datasets/datasets.command.js';
import { DatasetsConvertCommand } from './datasets/convert.command.js';
import { DatasetsInspectCommand } from './datasets/inspect.command.js';
import { DatasetsPreviewCommand } from './datasets/preview.command.js';
import { PluginCheckCommand } from './plugin/check.command.js';
import { PluginListCommand } from './plugin/list.command.js';
import { PluginCommand } from './plugin/plugin.command.js';
import { PluginRunCommand } from './plugin/run.command.js';
import { PluginSchemaCommand } from './plugin/schema.command.js';
import { PluginUpdateConfigCommand } from './plugin/update-config.command.js';
import { PipelineGraphCommand } from './pipeline/graph.command.js';
import { PipelineCommand } from './pipeline/pipeline.command.js';
import { PipelineRunCommand } from './pipeline/run.command.js';
import { PipelineValidateCommand } from './pipeline/validate.command.js';
import { PluginHost } from './plugin-host.js';
import { RunCancelCommand } from './run/cancel.command.js';
import { RunEventsCommand } from './run/events.command.js';
import { RunForkCommand } from './run/fork.command.js';
import { RunListCommand } from './run/list.command.js';
import { RunPruneCommand } from './run/prune.command.js';
import { RunResumeCommand } from './run/resume.command.js';
import { RunCommand } from './run/run.command.js';
import { RunShowCommand } from './run/show.command.js';
import { RunUndoCommand } from './run/undo.command.js';
import { StdoutGuard } from './stdout-guard.js';

/** What the process hands to the commands. */
export interface CliModuleOptions {
  readonly host: HostModules;
  readonly output: CliOutput;
  readonly guard: StdoutGuard;
}

/** Every command of `synapse`. A new one is a provider here; a new subcommand also stands in its group's list. */
@Module({})
export class CliModule {
  static register({ host, output, guard }: CliModuleOptions): DynamicModule {
    return {
      module: CliModule,
      providers: [
        PluginCommand,
        PluginRunCommand,
        PluginListCommand,
        PluginSchemaCommand,
        PluginUpdateConfigCommand,
        PluginCheckCommand,
        PipelineCommand,
        PipelineRunCommand,
        PipelineValidateCommand,
        PipelineGraphCommand,
        RunCommand,
        RunListCommand,
        RunShowCommand,
        RunEventsCommand,
        RunPruneCommand,
        RunResumeCommand,
        RunUndoCommand,
        RunForkCommand,
        RunCancelCommand,
        DatasetsCommand,
        DatasetsInspectCommand,
        DatasetsConvertCommand,
        DatasetsPreviewCommand,
        CompletionCommand,
        CompleteCommand,
        PluginHost,
        { provide: CliOutput, useValue: output },
        { provide: StdoutGuard, useValue: guard },
        { provide: PluginLoader, useFactory: () => new PluginLoader(host) },
      ],
    };
  }
}
