# fish completion of dsctl
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
    if test (math "bitand($directive, 16)") -ne 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(complete -C "'' $path" | string match -r '.*/(?=\t|$)')
    else if test (math "bitand($directive, 4)") -eq 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(complete -C "'' $path")
    else if set -q lines[1]
        printf '%s\n' "$prefix"$lines
    end
end
complete -k -c dsctl -f -a '(__dsctl_complete)'
complete -k -c kubectl-ds -f -a '(__dsctl_complete)'
