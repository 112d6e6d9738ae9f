# Completion of @COMMAND@ for bash. Usage: source <(tucuxi completion bash)
_tucuxi_@COMMAND@() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT "$1" __complete bash "$2" 2>/dev/null)
    # More text can follow s3://bucket/ and Key=.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
        compopt -o nospace
    fi
}
complete -o default -F _tucuxi_@COMMAND@ @COMMAND@
