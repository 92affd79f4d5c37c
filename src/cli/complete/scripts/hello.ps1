# Completion of `hello` for PowerShell. It asks `hello` itself at each TAB.
Register-ArgumentCompleter -Native -CommandName hello -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { if ($null -ne $_.Value) { "$($_.Value)" } else { $_.Extent.Text } })
    if ($wordToComplete -eq '') {
        $words += ''
    }
    $at = $words.Count - 1
    # Where nothing comes back PowerShell offers files.
    $null | & 'HELLO' __complete powershell $at @words 2> $null | Select-Object -Skip 1 | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) {
            $help = $value
        }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
