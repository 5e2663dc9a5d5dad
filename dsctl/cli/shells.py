"""The completion scripts. They know no command: each asks ``dsctl __complete`` (``complete``).

``make docs`` writes them to ``completions/``. What the directives mean is said once, there.
"""

from __future__ import annotations

from dsctl.cli.complete import DIRECTORIES, NO_FILES, NO_SPACE
from dsctl.cli.flagtable import SHELLS

# bash gives words split at COMP_WORDBREAKS (= : @), and replaces only what follows the last of
# these; an old bash (macOS has 3.2) lacks compopt.
_BASH = r"""# bash completion of dsctl: source <(dsctl completion bash)
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
    if ((directive & @DIRECTORIES@)); then
      compopt -o dirnames
    elif ((!(directive & @NO_FILES@))); then
      compopt -o default
    fi
    if ((directive & @NO_SPACE@)); then
      compopt -o nospace
    fi
  elif ((!(directive & @NO_FILES@))); then
    COMPREPLY=($(compgen -f -- "${cur#"$prefix"}"))
  fi
}
complete -F _dsctl dsctl kubectl-ds
"""

_ZSH = r"""#compdef dsctl kubectl-ds
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
  if (( directive & @DIRECTORIES@ )); then
    compset -P '*='
    _files -/
    return
  elif (( ! (directive & @NO_FILES@) )); then
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
  if (( directive & @NO_SPACE@ )); then
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
"""

_FISH = r"""# fish completion of dsctl
# dsctl completion fish > ~/.config/fish/completions/dsctl.fish
function __dsctl_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l current (string unescape -- "$typed")
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l lines ($program __complete $words[2..-1] "$current" 2>/dev/null)
    or return
    set -l directive (string match -r '^:([0-9]+)$' -- $lines[-1])[2]
    test -n "$directive"; or return
    set -e lines[-1]
    set -l prefix (string match -r '^-[^=]*=' -- $current)
    set -l path (string replace -r '^.*=' '' -- "$typed")
    if test (math "bitand($directive, @DIRECTORIES@)") -ne 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(complete -C "'' $path" | string match -r '.*/(?=\t|$)')
    else if test (math "bitand($directive, @NO_FILES@)") -eq 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(complete -C "'' $path")
    else if set -q lines[1]
        printf '%s\n' "$prefix"$lines
    end
end
complete -k -c dsctl -f -a '(__dsctl_complete)'
complete -k -c kubectl-ds -f -a '(__dsctl_complete)'
"""

_TEMPLATES = dict(zip(SHELLS, (_BASH, _ZSH, _FISH), strict=True))


def script(shell: str) -> str:
    """The completion script for one of ``SHELLS``."""
    text = _TEMPLATES[shell]
    for name, value in (
        ("NO_SPACE", NO_SPACE),
        ("NO_FILES", NO_FILES),
        ("DIRECTORIES", DIRECTORIES),
    ):
        text = text.replace(f"@{name}@", str(value))
    return text
