import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { PipelineGraphCommand } from './graph.command.js';
import { PipelineRunCommand } from './run.command.js';
import { PipelineValidateCommand } from './validate.command.js';

@Command({
  name: 'pipeline',
  description: "Run and look into a plugin's pipelines",
  subCommands: [PipelineRunCommand, PipelineValidateCommand, PipelineGraphCommand],
})
export class PipelineCommand extends GroupCommand {}
