/** The script that completes a program's lines in bash (3.2 or newer, with or without bash-completion). */
export function bashScript(program: string, call: string): string {
  const name = program.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return String.raw`# Completion of ${program} for bash. To load it in every shell, add to ~/.bashrc:
#   source <(${program} completion bash)

__${name}_complete() {
  local word last=-1 previous='' i words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # Bash cuts words at "=" and ":"; here they are put together again.
    if ((last >= 0)) && [[ $word == [=:] || $previous == [=:] ]]; then
      words[last]+=$word
    else
      words[++last]=$word
    fi
    previous=$word
  done
  ((last >= 0)) || return

  local line directive=0 current=\${words[last]} lines=()
  while IFS= read -r line; do
    if [[ $line =~ ^:([0-9]+)$ ]]; then
      directive=\${BASH_REMATCH[1]}
    elif [[ -n $line ]]; then
      lines+=("$line")
    fi
  done < <("\${COMP_WORDS[0]}" ${call} "\${words[@]}" 2>/dev/null)

  if type compopt >/dev/null 2>&1; then
    ((directive & 2)) && compopt -o nospace
    ((directive & 4)) && compopt +o default
    ((directive & 32)) && compopt -o nosort 2>/dev/null
  fi

  # What stands before a ":" is no part of the word for bash.
  local before='' tab=$'\t' text about
  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
    before=\${current%"\${current##*:}"}
  fi
  COMPREPLY=()
  for line in "\${lines[@]}"; do
    text=\${line%%"$tab"*}
    text=\${text#"$before"}
    about=''
    # Descriptions stand in the list only; 37 is menu completion, which inserts what it is given.
    if [[ $line == *"$tab"* && \${#lines[@]} -gt 1 && $COMP_TYPE != 37 ]]; then
      about="  (\${line#*"$tab"})"
    fi
    COMPREPLY+=("$text$about")
  done
}

complete -o default -F __${name}_complete ${program}
`.replaceAll('\\$', '$')
}
