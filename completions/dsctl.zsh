#compdef dsctl kubectl-ds
# zsh completion of dsctl: source <(dsctl completion zsh), or as _dsctl in a directory of $fpath
_dsctl() {
  local out directive line word
  local -a lines described plain asked
  asked=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  out="$("${(Q)words[1]/#\~/$HOME}" __complete "${asked[@]}" 2>/dev/null)" || return 1
  lines=("${(@f)out}")
  directive=${lines[-1]#:}
  [[ $directive == <-> ]] || return 1
  lines=("${(@)lines[1,-2]}")
  [[ $PREFIX == -*=* ]] && compset -P '-*='
  if (( directive & 16 )); then
    compset -P '*='
    _files -/
    return
  elif (( ! (directive & 4) )); then
    compset -P '*='
    _files
    return
  fi
  for line in $lines; do
    word=${line%%$'\t'*}
    [[ -z $word ]] && continue
    if [[ $line == *$'\t'* ]]; then
      described+=("${word//:/\\:}:${line#*$'\t'}")
    else
      described+=("${word//:/\\:}")
    fi
  done
  (( $#described )) || return 1
  if (( directive & 2 )); then
    _describe -V dsctl described -S ''
  else
    _describe -V dsctl described
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc || ${funcstack[1]} == _dsctl ]]; then
  _dsctl "$@"
elif (( $+functions[compdef] )); then
  compdef _dsctl dsctl kubectl-ds
fi
