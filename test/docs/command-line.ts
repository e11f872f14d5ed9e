import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './markdown-blocks.js';

/** npm's own commands that the pages may use. */
const NPM_COMMANDS = ['ci', 'exec', 'init', 'install', 'pack', 'test'];
/** Takes one flag for each field of the action's params, so its flags are not known beforehand. */
const COMMANDS_WITH_OPEN_FLAGS = ['plugin run'];

/** What `synapse` and the package's scripts can be asked for. */
export interface KnownCommands {
  /** Command path (`plugin run`) → its help text. */
  readonly help: Readonly<Record<string, string>>;
  readonly scripts: ReadonlySet<string>;
}

/** Read from the built CLI and from every package.json of the repository. */
export function readKnownCommands(): KnownCommands {
  const { help } = JSON.parse(readFileSync(join(repository, 'dist/cli/help.json'), 'utf8')) as KnownCommands;
  const examples = join(repository, 'plugins-example');
  const folders = [
    repository,
    ...(existsSync(examples) ? readdirSync(examples).map((name) => join(examples, name)) : []),
  ];
  const manifests = folders.map((folder) => join(folder, 'package.json')).filter((file) => existsSync(file));
  const scripts = manifests.flatMap((file) =>
    Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts ?? {}),
  );
  return { help, scripts: new Set(scripts) };
}

/** What is wrong with a line of a shell block, or undefined. Only `npm` and `synapse` are looked at. */
export function problemOfLine(line: string, known: KnownCommands): string | undefined {
  for (const command of commandsIn(line)) {
    const words = command.replace(/^npx (--no-install )?/, '').split(/\s+/);
    const problem =
      words[0] === 'npm'
        ? npmProblem(words.slice(1), known)
        : words[0] === 'synapse'
          ? synapseProblem(words.slice(1), known)
          : undefined;
    if (problem) return problem;
  }
  return undefined;
}

/** The commands of a line, without prompts, comments, variables set for one command, and what they are piped to. */
function commandsIn(line: string): string[] {
  const code = line.replace(/(^|\s)#.*$/, '').replace(/^\s*\$ /, '');
  return code
    .split(/&&|\|\||[|;]/)
    .map((command) => command.trim().replace(/^([A-Z_]+=\S*\s+)+/, ''))
    .filter((command) => command !== '');
}

function npmProblem([command = '', script = '']: readonly string[], { scripts }: KnownCommands): string | undefined {
  if (command !== 'run')
    return NPM_COMMANDS.includes(command) ? undefined : `no npm command '${command}' is expected here`;
  return scripts.has(script) ? undefined : `no package.json has the script '${script}'`;
}

function synapseProblem(words: readonly string[], { help }: KnownCommands): string | undefined {
  let path = '';
  for (const word of words) {
    const longer = path === '' ? word : `${path} ${word}`;
    if (longer in help) path = longer;
    else break;
  }
  const hasSubcommands = Object.keys(help).some(
    (other) => other !== path && other.startsWith(path === '' ? '' : `${path} `),
  );
  const next = words[path === '' ? 0 : path.split(' ').length];
  if (hasSubcommands && next !== undefined && !next.startsWith('-'))
    return `synapse has no command '${`${path} ${next}`.trim()}'`;
  const text = help[path] ?? '';
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*$/, ''));
  const unknown = COMMANDS_WITH_OPEN_FLAGS.includes(path) ? undefined : flags.find((flag) => !text.includes(flag));
  return unknown === undefined ? undefined : `synapse ${path} has no flag ${unknown}`;
}
