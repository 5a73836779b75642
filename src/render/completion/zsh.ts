/** The script that completes a program's lines in zsh, to be sourced or put into a folder of fpath. */
export function zshScript(program: string, call: string): string {
  const name = program.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return String.raw`#compdef ${program}
# Completion of ${program} for zsh. To load it in every shell, add to ~/.zshrc (after compinit):
#   source <(${program} completion zsh)

_${name}() {
  local line directive text about
  local -a lines candidates options
  lines=("\${(@f)$("\${words[1]}" ${call} "\${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
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
  [[ $PREFIX == --*=* ]] && compset -P '*='
  ((directive & 2)) && options+=(-S '')
  if ((directive & 32)); then
    _describe -V 'completions' candidates "\${options[@]}"
  elif (($#candidates > 0)); then
    _describe 'completions' candidates "\${options[@]}"
  fi
  ((directive & 4)) || _files
}

if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${program}
fi
`.replaceAll('\\$', '$')
}
