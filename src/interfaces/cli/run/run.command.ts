import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { RunCancelCommand } from './cancel.command.js';
import { RunEventsCommand } from './events.command.js';
import { RunForkCommand } from './fork.command.js';
import { RunListCommand } from './list.command.js';
import { RunPruneCommand } from './prune.command.js';
import { RunResumeCommand } from './resume.command.js';
import { RunShowCommand } from './show.command.js';
import { RunUndoCommand } from './undo.command.js';

@Command({
  name: 'run',
  description: 'Look into runs, past and present, and go on with them',
  subCommands: [
    RunListCommand,
    RunShowCommand,
    RunEventsCommand,
    RunResumeCommand,
    RunUndoCommand,
    RunForkCommand,
    RunCancelCommand,
    RunPruneCommand,
  ],
})
export class RunCommand extends GroupCommand {}
