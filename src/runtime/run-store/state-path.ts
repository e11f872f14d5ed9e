import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The file in which runs are kept where nobody says otherwise: `synapse/runs.sqlite` below `$XDG_STATE_HOME`, else below `~/.local/state`. */
export function defaultStatePath(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: stateHome = '' } = env;
  // What is relative is to be ignored: it would be another folder for each command.
  const base = isAbsolute(stateHome) ? stateHome : join(homedir(), '.local', 'state');
  return join(base, 'synapse', 'runs.sqlite');
}
