/** The script that completes a program's lines in fish. */
export function fishScript(program: string, call: string): string {
  const name = program.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return `# Completion of ${program} for fish. To load it in every shell:
#   ${program} completion fish > ~/.config/fish/completions/${program}.fish

function __${name}_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program ${call} $words "$current" 2>/dev/null)
    set -l directive (string replace --regex --filter '^:([0-9]+)$' '$1' -- $lines[-1])
    test -n "$directive"; or return
    set -e lines[-1]
    # Fish wants the whole word, also behind --flag=
    set -l before (string match --regex -- '^--[^=]*=' $current)
    for line in $lines
        printf '%s\\n' "$before$line"
    end
    if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path (string replace -- "$before" '' $current)
    end
end

complete -c ${program} -f -k -a '(__${name}_complete)'
`
}
