# Completion of `hello` for fish. It asks `hello` itself at each TAB.
function __hello_complete
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l all (commandline --current-process --tokenize)
    # What follows the word of the cursor: a schema may be named there.
    set -l next (math (count $before) + 1)
    if test -n "$(commandline --current-token)"
        set next (math $next + 1)
    end
    set -l after
    if test (count $all) -ge $next
        set after $all[$next..-1]
    end
    set -l lines ('HELLO' __complete fish (count $before) $before "$current" $after 2>/dev/null </dev/null)
    set -l head (string split \t -- "$lines[1]")
    set -l rest (string sub --start (math (string length -- "$head[2]") + 1) -- "$current")
    switch "$head[1]"
        case words
            test (count $lines) -gt 1; and printf '%s\n' $lines[2..-1]
        case files
            set -l found (__fish_complete_path "$rest")
            test -n "$found"; and printf '%s\n' "$head[2]"$found
        case directories
            set -l found (__fish_complete_directories "$rest" '')
            test -n "$found"; and printf '%s\n' "$head[2]"$found
    end
end
complete --command hello --no-files --keep-order --arguments '(__hello_complete)'
