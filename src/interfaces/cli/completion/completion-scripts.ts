/** Shells that the command line can be completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

// The scripts know nothing of the commands: they hand the words of the line to `synapse __complete`, which prints one candidate a line,
// value and description with a tab between them, or asks for folders or files.

const BASH = `# bash completion for synapse. Add to ~/.bashrc:
#   source <(synapse completion bash)

_synapse_completion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
        ;;
      :files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
        ;;
      *)
        COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
        ;;
    esac
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _synapse_completion synapse
`;

const ZSH = `#compdef synapse
# zsh completion for synapse. Add to ~/.zshrc, after compinit:
#   source <(synapse completion zsh)

_synapse() {
  local -a candidates
  local line
  for line in "\${(@f)$("\${(Q)words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$line" in
      '') ;;
      :folders) _files -/; return ;;
      :files) _files; return ;;
      *$'\\t'*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) candidates+=("\${line//:/\\\\:}") ;;
    esac
  done
  _describe -t candidates 'synapse' candidates
}

if [[ "\${funcstack[1]}" == _synapse ]]; then
  _synapse "$@"
else
  compdef _synapse synapse
fi
`;

const FISH = `# fish completion for synapse. Save it where fish looks:
#   synapse completion fish > ~/.config/fish/completions/synapse.fish

function __synapse_complete
  set -l words (commandline -opc)
  set -l program $words[1]
  set -e words[1]
  set -l current (commandline -ct)
  for line in ($program __complete -- $words "$current" 2>/dev/null)
    switch $line
      case ':folders'
        __fish_complete_directories "$current" ''
      case ':files'
        __fish_complete_path "$current" ''
      case '*'
        printf '%s\\n' $line
    end
  end
end

complete -c synapse -f -a '(__synapse_complete)'
`;

/** What a shell has to read to complete the command line. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
