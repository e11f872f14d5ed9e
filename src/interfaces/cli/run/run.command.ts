import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { RunEventsCommand } from './events.command.js';
import { RunListCommand } from './list.command.js';
import { RunPruneCommand } from './prune.command.js';
import { RunResumeCommand } from './resume.command.js';
import { RunShowCommand } from './show.command.js';

@Command({
  name: 'run',
  description: 'Look into runs, past and present',
  subCommands: [RunListCommand, RunShowCommand, RunEventsCommand, RunPruneCommand, RunResumeCommand],
})
export class RunCommand extends GroupCommand {}
