# fish completion of dsctl
# dsctl completion fish > ~/.config/fish/completions/dsctl.fish
function __dsctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l lines ($program __complete $words[2..-1] "$current" 2>/dev/null)
    or return
    set -l directive (string match -r '^:([0-9]+)$' -- $lines[-1])[2]
    test -n "$directive"; or return
    set -e lines[-1]
    set -l prefix (string match -r '^-[^=]*=' -- $current)
    set -l path (string replace -r '^.*=' '' -- $current)
    if test (math "bitand($directive, 16)") -ne 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(__fish_complete_directories $path '')
    else if test (math "bitand($directive, 4)") -eq 0
        set prefix (string match -r '^.*=' -- $current)
        printf '%s\n' "$prefix"(__fish_complete_path $path)
    else if set -q lines[1]
        printf '%s\n' "$prefix"$lines
    end
end
complete -k -c dsctl -f -a '(__dsctl_complete)'
complete -k -c kubectl-ds -f -a '(__dsctl_complete)'
