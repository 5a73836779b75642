/** The script that completes a program's lines in zsh, to be sourced or put into a folder of fpath. */
export function zshScript(program: string, call: string): string {
  return String.raw`#compdef ${program}
# Completion of ${program} for zsh. To load it in every shell, add to ~/.zshrc (after compinit):
#   source <(${program} completion zsh)

_${program}() {
  local line directive text about word
  local -a lines candidates options args
  # Of what the shell does to words only quotes, "~/" and a variable in front are followed: nothing is run.
  for word in "\${(@)words[1,CURRENT-1]}" "$PREFIX"; do
    if [[ $word == '~/'* ]]; then
      word=$HOME/\${word#'~/'}
    elif [[ $word =~ '^"?[$][{]?([A-Za-z_][A-Za-z_0-9]*)[}]?(/[^"]*)?"?$' ]]; then
      word=\${(P)match[1]}\${match[2]}
    fi
    args+=("\${(Q)word}")
  done
  lines=("\${(@f)$("\${args[1]}" ${call} "\${(@)args[2,-1]}" 2>/dev/null)}")
  directive=0
  for line in $lines; do
    if [[ $line == :<-> ]]; then
      directive=\${line#:}
    elif [[ -n $line ]]; then
      text=\${\${line%%$'\t'*}//:/\\:}
      about=''
      [[ $line == *$'\t'* ]] && about=\${line#*$'\t'}
      candidates+=("$text:$about")
    fi
  done
  [[ $PREFIX == -*=* ]] && compset -P 1 '*='
  ((directive & 2)) && options+=(-S '')
  if ((directive & 32)); then
    _describe -V 'completions' candidates "\${options[@]}"
  elif (($#candidates > 0)); then
    _describe 'completions' candidates "\${options[@]}"
  fi
  if ((directive & 16)); then
    _files -/
  elif ! ((directive & 4)); then
    _files
  fi
}

# In a folder of fpath this file is the function's first body, and has to answer for it.
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`.replaceAll('\\$', '$')
}
