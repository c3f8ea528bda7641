/** The shells that can be completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The command that the scripts ask. It is not shown in the help. */
export const ASK = '__complete';

/** What stands in the place of a word when a file could stand there. */
export const FILES = ':files';

/**
 * What a shell has to run to complete `backlot`. It asks the command itself, so that it knows what that knows, also after an
 * update. A line of the answer is a word, a tab, and what the word means.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completes backlot in bash. To have it in every shell: backlot completion bash >~/.local/share/bash-completion/completions/backlot
_backlot() {
  local current="\${COMP_WORDS[COMP_CWORD]}" value description
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    if [[ $value == ${FILES} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("$value")
    fi
  done < <(backlot ${ASK} bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _backlot backlot`,
  zsh: `#compdef backlot
# Completes backlot in zsh. To have it in every shell: backlot completion zsh >"\${fpath[1]}/_backlot"
_backlot() {
  local -a items
  local line value files
  for line in "\${(@f)$(backlot ${ASK} zsh "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    value="\${line%%$'\\t'*}"
    if [[ $value == ${FILES} ]]; then
      files=1
    elif [[ -n $value ]]; then
      items+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#items} )) && _describe backlot items
  [[ -n $files ]] && _files
}
if [[ "\${funcstack[1]}" == _backlot ]]; then
  _backlot "$@"
else
  compdef _backlot backlot
fi`,
  fish: `# Completes backlot in fish. To have it in every shell: backlot completion fish >~/.config/fish/completions/backlot.fish
function __backlot_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    for line in (backlot ${ASK} fish $words "$current" 2>/dev/null)
        if string match -q '${FILES}*' -- $line
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c backlot -f -a '(__backlot_complete)'`,
};
