# Completion of @COMMAND@ for fish. Usage: tucuxi completion fish | source
function __tucuxi_@COMMAND@
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($words[1] __complete fish -- $words "$word" 2>/dev/null)
    if test (count $lines) -gt 0
        printf '%s\n' $lines
    else
        __fish_complete_path "$word"
    end
end
complete -c @COMMAND@ -f -k -a '(__tucuxi_@COMMAND@)'
