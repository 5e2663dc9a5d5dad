# bash completion of dsctl: source <(dsctl completion bash)
_dsctl() {
  local line=${COMP_LINE:0:COMP_POINT} word i out directive prefix cur
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ i -eq 0 || $line == [[:space:]]* ]]; then
      words+=("")
      line=${line#"${line%%[![:space:]]*}"}
    fi
    ((i == COMP_CWORD)) && word=$line
    line=${line#"$word"}
    words[${#words[@]}-1]+=${word//[\"\'\\]/}
  done
  cur=${words[${#words[@]}-1]}
  COMPREPLY=()
  out=$("${words[0]/#\~/$HOME}" __completeNoDesc "${words[@]:1}" 2>/dev/null) || return 0
  directive=${out##*:}
  out=${out%:*}
  [[ $directive =~ ^[0-9]+$ ]] || return 0
  [[ $cur == -*=* ]] && cur=${cur#*=}
  prefix=
  [[ $cur == *[=:@]* ]] && prefix=${cur%"${cur##*[=:@]}"}
  while IFS= read -r word; do
    [[ -n $word ]] && COMPREPLY+=("${word#"$prefix"}")
  done <<<"$out"
  if [[ $(type -t compopt) == builtin ]]; then
    if ((directive & 16)); then
      compopt -o dirnames
    elif ((!(directive & 4))); then
      compopt -o default
    fi
    if ((directive & 2)); then
      compopt -o nospace
    fi
  elif ((!(directive & 4))); then
    COMPREPLY=($(compgen -f -- "${cur#"$prefix"}"))
  fi
}
complete -F _dsctl dsctl kubectl-ds
