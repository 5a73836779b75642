/** The script that completes a program's lines in PowerShell. */
export function powershellScript(program: string, call: string): string {
  return `# Completion of ${program} for PowerShell. To load it in every shell, add to the file $PROFILE:
#   ${program} completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $current = $wordToComplete
  # Older versions drop an empty argument unless it is quoted twice.
  if ($current -eq '' -and $PSNativeCommandArgumentPassing -notin 'Standard', 'Windows') { $current = '""' }
  $lines = @(& '${program}' ${call} @before $current 2>$null)
  $flag = if ($wordToComplete -match '^(--[^=]*=)') { $Matches[1] } else { '' }
  $space = if ($lines[-1] -match '^:(\\d+)$' -and ([int]$Matches[1] -band 2)) { '' } else { ' ' }
  $lines | Where-Object { $_ -and $_ -notmatch '^:\\d+$' } | ForEach-Object {
    $text, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $text }
    [System.Management.Automation.CompletionResult]::new("$flag$text$space", $text, 'ParameterValue', $about)
  }
}
`
}
