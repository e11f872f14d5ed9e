import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRequired } from '../is-required.js';
import { SynapseSandbox } from './synapse-process.js';

// Each press of the tab key starts a process.
jest.setTimeout(120_000);

const launcher = resolve(__dirname, '../../bin/synapse.js');

const FILES = {
  'config.yaml':
    'name: Here\ncode: here\npipelines:\n  nightly:\n    description: Every night\n    actions: [{action: train}]\n  now:\n    actions: [{action: export}]\n',
  'acts.ts': `import { Action } from 'nest-synapse';
@Action({ name: 'train', description: 'Train a model: quickly' }) export class Train { execute() { throw new Error('is not run'); } }
@Action({ name: 'translate' }) export class Translate { execute() {} }
@Action({ name: 'export' }) export class Export { execute() {} }
throw new Error('is not loaded');
`,
  'there/config.yaml': 'name: There\ncode: there\n',
  'there/acts.ts': `import { Action } from 'nest-synapse';\n@Action({ name: 'upload' }) export class Upload { execute() {} }\n`,
};

let sandbox: SynapseSandbox;

beforeAll(() => {
  sandbox = new SynapseSandbox();
  // The shells find the program by its name, as they do once it is installed.
  sandbox.write({ ...FILES, 'bin/synapse': `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n` });
  chmodSync(sandbox.path('bin/synapse'), 0o755);
  mkdirSync(sandbox.path('folder-one'));
  mkdirSync(sandbox.path('folder-two'));
});

afterAll(() => sandbox.remove());

describe('synapse __complete', () => {
  const candidates = (...words: string[]): string[] =>
    sandbox
      .call(['__complete', '--', ...words])
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0] ?? '');

  it.each([
    ['commands', [''], ['plugin', 'pipeline', 'run', 'datasets', 'completion', 'help']],
    ['commands of a group', ['plugin', ''], ['run', 'list', 'schema', 'update-config', 'check']],
    ['commands by their beginning', ['plugin', 'u'], ['update-config']],
    ['options', ['plugin', 'list', '--'], ['--verbose', '--path', '--json', '--help']],
    ['options of the program', ['--v'], ['--version']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['actions of the plugin in this folder', ['plugin', 'run', ''], ['train', 'translate', 'export', 'upload']],
    ['actions by their beginning', ['plugin', 'schema', 'tra'], ['train', 'translate']],
    ['actions of the plugin in another folder', ['plugin', 'run', '--path', 'there', ''], ['upload']],
    ['actions of the plugin in another folder, in one word', ['plugin', 'run', '--path=there', ''], ['upload']],
    ['values of an option', ['plugin', 'schema', 'train', '--format', ''], ['formkit', 'json-schema']],
    ['values of an option in one word', ['plugin', 'run', 'train', '--mode=lo'], ['--mode=local']],
    ['values of an option as bash splits it', ['plugin', 'run', 'train', '--mode', '=', 'lo'], ['local']],
    [
      'values of an option as bash splits it, before their first letter',
      ['plugin', 'schema', 'train', '--format', '='],
      ['formkit', 'json-schema'],
    ],
    ['folders, which the shell knows', ['plugin', 'list', '--path', 'fo'], [':folders']],
    ['pipelines of the plugin in this folder', ['pipeline', 'run', ''], ['nightly', 'now']],
    ['pipelines by their beginning', ['pipeline', 'graph', 'ni'], ['nightly']],
    ['files and folders of data sets', ['datasets', 'convert', 'fo'], [':files']],
    ['files and folders for what becomes of them', ['datasets', 'convert', 'folder-one', ''], [':files']],
    ['nothing behind the last argument', ['datasets', 'convert', 'folder-one', 'folder-two', ''], []],
    ['no runs before the first', ['run', 'show', ''], []],
    ['no runs of a store that is not there', ['run', 'show', '--store', 'none.sqlite', ''], []],
    ['no runs of a server', ['run', 'show', '--store=postgres://127.0.0.1:1/db', ''], []],
    ['nothing after an action', ['plugin', 'run', 'train', ''], []],
    ['nothing for a value only the user knows', ['plugin', 'run', 'train', '--params', ''], []],
    ['nothing where there is no plugin', ['plugin', 'run', '--path', 'folder-one', ''], []],
    ['nothing after an unknown command', ['plugn', ''], []],
  ])('offers %s', (_what, words, expected) => {
    expect(candidates(...words)).toEqual(expected);
  });

  it('offers the newest runs of the store that is named, and tells what they are', () => {
    sandbox.call(['plugin', 'run', 'upload', '--path', 'there', '--store', 'runs.sqlite']);
    const line = sandbox.call(['__complete', '--', 'run', 'events', '--store', 'runs.sqlite', '']).stdout;

    expect(line).toMatch(/^[0-9a-f-]{36}\tupload, completed, 20\d\d-.*Z\n$/);
  });

  it('hides itself, and describes what it offers', () => {
    const { stdout } = sandbox.call(['__complete', '--', 'plugin', 'run', 'tr']);

    expect(stdout).toBe('train\tTrain a model: quickly\ntranslate\n');
    expect(sandbox.call(['--help']).stdout).not.toContain('__complete');
  });
});

/** Whether a shell is there, or has to be. Without it the tests say loudly that they were skipped; CI installs all three. */
function has(shell: string): boolean {
  const isThere = isRequired() || spawnSync(shell, ['-c', 'exit 0']).status === 0;
  if (!isThere)
    console.warn(
      `SKIPPED: ${shell} is not installed, so its completion is not tested. Install it, e.g. apt-get install ${shell}.`,
    );
  return isThere;
}

function shell(program: string, args: readonly string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: sandbox.root,
    env: sandbox.environment({
      PATH: `${sandbox.path('bin')}:${process.env['PATH']}`,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    }),
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

(has('bash') ? describe : describe.skip)('Completion in bash', () => {
  /** Has bash's own machinery call the function that the script registered, as the tab key does. */
  function completed(line: string): string[] {
    const script = `
      source <(synapse completion bash)
      line=$1
      read -ra COMP_WORDS <<< "$line"
      [[ $line == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=\${#line}
      registered=$(complete -p synapse) && function=\${registered#*-F } && function=\${function%% *}
      "$function" synapse "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return shell('bash', ['--noprofile', '--norc', '-c', script, 'bash', line])
      .split('\n')
      .filter((word) => word !== '')
      .sort();
  }

  it.each([
    ['synapse pl', ['plugin']],
    ['synapse plugin ', ['check', 'list', 'run', 'schema', 'update-config']],
    ['synapse plugin list --j', ['--json']],
    ['synapse plugin run tra', ['train', 'translate']],
    ['synapse plugin run --path there ', ['upload']],
    ['synapse plugin list --path fold', ['folder-one', 'folder-two']],
  ])('completes %j', (line, expected) => {
    expect(completed(line)).toEqual(expected);
  });

  it('completes at the tab key of an interactive shell', () => {
    const input = `source <(synapse completion bash)\nbind 'set bell-style none'\nsynapse plugin sch\t--help > seen.txt\nexit 0\n`;
    // Interactive without a terminal, bash reads the tab as a key when line editing is on.
    shell('bash', ['--noprofile', '--norc', '-o', 'emacs', '-i'], input);

    expect(shell('cat', ['seen.txt'])).toContain('Usage: synapse plugin schema');
  });
});

(has('zsh') ? describe : describe.skip)('Completion in zsh', () => {
  /** Types the line and a tab into an interactive zsh in a terminal of its own, and reads what stands on the line then. */
  function completed(line: string): string {
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1= PS2= RPS1=; setopt no_beep no_list_beep; stty -echo"
      zpty -w shell "autoload -Uz compinit && compinit -u -D; source <(synapse completion zsh)"
      zpty -w shell 'answer() { print -r -- "<<<$BUFFER>>>"; exit }; zle -N answer; bindkey "^X" answer'
      zpty -w shell 'print READY'
      zpty -r -m shell text '*READY*READY*'
      zpty -w -n shell "$1"$'\\t'
      zpty -w -n shell $'\\C-x'
      zpty -r -m shell text '*<<<*>>>*'
      print -r -- "$text"`;
    const output = shell('zsh', ['-f', '-c', script, 'zsh', line]);
    return /<<<([\s\S]*?)>>>/.exec(output.slice(output.lastIndexOf('<<<')))?.[1] ?? output;
  }

  it.each([
    ['synapse pl', 'synapse plugin '],
    ['synapse plugin sch', 'synapse plugin schema '],
    ['synapse plugin list --j', 'synapse plugin list --json '],
    ['synapse plugin run trai', 'synapse plugin run train '],
    ['synapse plugin run --path there ', 'synapse plugin run --path there upload '],
    ['synapse plugin run tra', 'synapse plugin run tra'],
    ['synapse plugin list --path the', 'synapse plugin list --path there/'],
  ])('completes %j at the tab key', (line, expected) => {
    expect(completed(line)).toBe(expected);
  });
});

(has('fish') ? describe : describe.skip)('Completion in fish', () => {
  const completed = (line: string): string[] =>
    shell('fish', ['--no-config', '-c', 'synapse completion fish | source; complete -C $argv[1]', line])
      .split('\n')
      .filter((word) => word !== '');

  it.each([
    ['synapse pl', ['plugin\tRun, inspect and check plugins']],
    ['synapse plugin list --j', ['--json\tprint one line of JSON']],
    ['synapse plugin run tra', ['train\tTrain a model: quickly', 'translate']],
    ['synapse plugin run --path there ', ['upload']],
    ['synapse plugin list --path fold', ['folder-one/', 'folder-two/']],
  ])('completes %j', (line, expected) => {
    expect(completed(line)).toEqual(expected);
  });

  it('completes commands', () => {
    const names = completed('synapse plugin ').map((line) => line.split('\t')[0]);

    expect(names.sort()).toEqual(['check', 'list', 'run', 'schema', 'update-config']);
  });
});
