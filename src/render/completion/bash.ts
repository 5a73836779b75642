/** The script that completes a program's lines in bash (3.2 or newer, with or without bash-completion). */
export function bashScript(program: string, call: string): string {
  const name = program.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return String.raw`# Completion of ${program} for bash. To load it in every shell, add to ~/.bashrc:
#   source <(${program} completion bash)

# Puts the words before the cursor into "words" as the program would get them. Bash itself cuts them at "=", ":" and "@".
__${name}_words() {
  local line=\${COMP_LINE:0:COMP_POINT} char quote='' first='' word='' i
  words=()
  for ((i = 0; i < \${#line}; i++)); do
    char=\${line:i:1}
    if [[ -n $quote && $char == "$quote" ]]; then
      quote=''
    elif [[ $char == \\ && $quote != "'" ]]; then
      first=\${first:-$char}
      word+=\${line:++i:1}
    elif [[ -n $quote ]]; then
      word+=$char
    elif [[ $char == [\'\"] ]]; then
      first=\${first:-$char}
      quote=$char
    elif [[ $char == [[:space:]] ]]; then
      [[ -n $first ]] && __${name}_word
      word='' first=''
    else
      first=\${first:-$char}
      word+=$char
    fi
  done
  __${name}_word
}

# Adds one word. Of what the shell does to words only "~/" and a variable in front are followed: nothing is run.
__${name}_word() {
  local variable
  if [[ $first == '~' && $word == '~/'* ]]; then
    word=$HOME/\${word#'~/'}
  elif [[ $first != [\'\\] && $word =~ ^[$][{]?([A-Za-z_][A-Za-z_0-9]*)[}]?(/.*)?$ ]]; then
    variable=\${BASH_REMATCH[1]}
    word=\${!variable}\${BASH_REMATCH[2]}
  fi
  words+=("$word")
}

__${name}_complete() {
  local words
  __${name}_words
  ((\${#words[@]} > 1)) || return

  local line directive=0 lines=()
  while IFS= read -r line; do
    if [[ $line =~ ^:([0-9]+)$ ]]; then
      directive=\${BASH_REMATCH[1]}
    elif [[ -n $line ]]; then
      lines+=("$line")
    fi
  done < <("\${words[0]}" ${call} "\${words[@]:1}" 2>/dev/null)

  if type compopt >/dev/null 2>&1; then
    ((directive & 2)) && compopt -o nospace
    ((directive & 20)) && compopt +o default
    ((directive & 16)) && compopt -o dirnames
    ((directive & 32)) && compopt -o nosort 2>/dev/null
  fi

  # Bash replaces what stands behind its last cut, which is $2.
  local value=\${words[\${#words[@]} - 1]} before='' tab=$'\t' text about
  [[ $value == -*=* ]] && value=\${value#*=}
  [[ $value == *"$2" ]] && before=\${value%"$2"}
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
