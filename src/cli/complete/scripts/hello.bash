# Completion of `hello` for bash. It asks `hello` itself at each TAB.
_hello() {
    local IFS=$' \t\n' line kind='' before file
    local typed=${COMP_LINE-} at=${COMP_POINT-} word=${2-}
    if [[ -z $typed ]]; then
        # Whoever calls this without a line has set the words alone.
        typed="${COMP_WORDS[*]:0:COMP_CWORD+1}"
        typed=${typed// = /=}
        at=${#typed}
        word=${2-${COMP_WORDS[COMP_CWORD]-}}
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done <<< "$('HELLO' __complete bash "${typed:0:at}" "${typed:at}" "$word" 2> /dev/null < /dev/null)"
    case $kind in
        nospace) compopt -o nospace 2> /dev/null ;;
        files | directories)
            before=${COMPREPLY[0]-}
            COMPREPLY=()
            if [[ -n $before ]]; then
                # `-Iproto`: bash would look for a file of that name.
                compopt -o filenames -o nospace 2> /dev/null
                while IFS= read -r file; do
                    [[ -z $file ]] || COMPREPLY+=("$before$file")
                done <<< "$(compgen "-${kind:0:1}" -- "${word#"$before"}")"
            elif [[ $kind == files ]]; then
                compopt -o default 2> /dev/null
            else
                compopt -o dirnames -o filenames -o nospace 2> /dev/null
            fi
            ;;
    esac
}
# Bash before 4.4 has no `nosort`, and before 4.0 no `compopt` either: there
# files are offered wherever there is nothing else.
complete -o nosort -F _hello hello 2> /dev/null || complete -o default -F _hello hello
