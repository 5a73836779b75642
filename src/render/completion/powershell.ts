/** The script that completes a program's lines in PowerShell (5.1 or newer). */
export function powershellScript(program: string, call: string): string {
  return `# Completion of ${program} for PowerShell. To load it in every shell, add to the file $PROFILE:
#   ${program} completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  # What is written to stderr is no error.
  $ErrorActionPreference = 'Continue'
  $words = @()
  $current = ''
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    if ($element.Extent.StartOffset -ge $cursorPosition) { break }
    # The value of a string is what stands between its quotes.
    $word = if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst] -or
      $element -is [System.Management.Automation.Language.ExpandableStringExpressionAst]) { $element.Value } else { "$element" }
    if ($word -match '^~[/\\\\]') { $word = "$HOME$($word.Substring(1))" }
    if ($element.Extent.EndOffset -lt $cursorPosition) { $words += $word; continue }
    $after = $element.Extent.EndOffset - $cursorPosition
    $current = $word.Substring(0, [Math]::Max(0, $word.Length - $after))
  }
  $flag = if ($current -match '^(-[^=]*=)') { $Matches[1] } else { '' }
  # Older versions drop an empty argument unless it is quoted twice.
  if ($current -eq '' -and $PSNativeCommandArgumentPassing -notin 'Standard', 'Windows') { $current = '""' }
  $lines = @(& '${program}' ${call} @words $current 2>$null | Where-Object { $_ })
  $directive = if ($lines.Count -gt 0 -and $lines[-1] -match '^:(\\d+)$') { [int]$Matches[1] } else { 0 }
  $space = if ($directive -band 2) { '' } else { ' ' }
  $found = @($lines | Where-Object { $_ -notmatch '^:\\d+$' })
  # Without a result PowerShell offers files; an empty one keeps it from that.
  if ($found.Count -eq 0 -and ($directive -band 4)) { return '' }
  $found | ForEach-Object {
    $text, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $text }
    [System.Management.Automation.CompletionResult]::new("$flag$text$space", $text, 'ParameterValue', $about)
  }
}
`
}
