#compdef hello
# Completion of `hello` for zsh. It asks `hello` itself at each TAB.
_hello() {
    local -a lines open closed
    local line kind
    lines=("${(@f)$('HELLO' __complete zsh $((CURRENT - 1)) "${(@)words[1,CURRENT-1]}" "$QIPREFIX$PREFIX" "${(@)words[CURRENT+1,-1]}" 2> /dev/null < /dev/null)}")
    kind=${lines[1]%%$'\t'*}
    [[ -n $kind ]] || return 1
    compset -p "${lines[1]#*$'\t'}"
    case $kind in
        files) _files ;;
        directories) _files -/ ;;
        words)
            for line in "${(@)lines[2,-1]}"; do
                case $line in
                    -*) open+=("${line#?}") ;;
                    +*) closed+=("${line#?}") ;;
                esac
            done
            local -i given=1
            (( $#closed )) && _describe -V 'hello' closed && given=0
            (( $#open )) && _describe -V 'hello' open -S '' && given=0
            return $given
            ;;
    esac
}
# As a file in `fpath` this is the body of `_hello` the first time.
if [[ ${funcstack[1]-} == _hello ]]; then
    _hello "$@"
else
    compdef _hello hello
fi
