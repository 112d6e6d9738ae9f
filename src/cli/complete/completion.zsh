#compdef @COMMAND@
# Completion of @COMMAND@ for zsh. Usage: source <(tucuxi completion zsh), after compinit.
_tucuxi_@COMMAND@() {
    local line value
    local -a whole open
    for line in "${(@f)$(${(Q)words[1]} __complete zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        value=${line%%$'\t'*}
        line=${value//:/\\:}${${line#"$value"}/$'\t'/:}
        # More text can follow s3://bucket/ and Key=.
        if [[ $value == *[/=] ]]; then open+=("$line"); else whole+=("$line"); fi
    done
    if (( $#whole + $#open )); then
        (( $#whole )) && _describe -V 'argument' whole
        (( $#open )) && _describe -V 'argument' open -S ''
        return 0
    fi
    _files
}
compdef _tucuxi_@COMMAND@ @COMMAND@
