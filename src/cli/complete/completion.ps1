# Completion of @COMMAND@ for PowerShell. Usage: tucuxi completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName '@COMMAND@' -ScriptBlock {
    param($word, $ast, $position)
    $env:COMP_LINE = $ast.ToString().PadRight($position)
    $env:COMP_POINT = $position
    try {
        & '@COMMAND@' __complete powershell 2>$null | ForEach-Object {
            $value, $about = $_ -split "`t", 2
            $tip = if ($about) { $about } else { $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $tip)
        }
    } finally {
        Remove-Item Env:COMP_LINE, Env:COMP_POINT
    }
}
