# Completion of lanyard for bash. It asks the command itself, so that it knows
# what the command knows.

_lanyard_commands()
{
    lanyard help "$@" 2>/dev/null | sed -n '/^Commands/,/^$/s/^  \([a-z]*\)\( [a-z]*\)\{0,1\}  .*/\1\2/p'
}

_lanyard_options()
{
    lanyard help "$@" 2>/dev/null | sed -n 's/^  \(--[a-z0-9-]*\).*/\1/p'
}

_lanyard_algs()
{
    lanyard algs 2>/dev/null | sed -n '2,$s/ .*//p'
}

_lanyard()
{
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} words=
    case $command in
    key | jwks | policy) command="$command ${COMP_WORDS[2]}" ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="$(_lanyard_commands | sed 's/ .*//' | sort -u) help"
    elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" != "${COMP_WORDS[1]}" ]; then
        words=$(_lanyard_commands "${COMP_WORDS[1]}" | sed 's/.* //')
    elif [ "$before" = --alg ] || { [ "$command" = "key generate" ] && [ "${current#-}" = "$current" ]; }; then
        words=$(_lanyard_algs)
    elif [ "${current#-}" != "$current" ]; then
        # Of two words both name the command.
        words=$(_lanyard_options $command)
    else
        COMPREPLY=($(compgen -f -- "$current"))
        return
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o filenames -F _lanyard lanyard
