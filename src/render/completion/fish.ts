/** The script that completes a program's lines in fish. */
export function fishScript(program: string, call: string): string {
  const name = program.replaceAll(/[^a-zA-Z0-9]/g, '_')
  return `# Completion of ${program} for fish. To load it in every shell:
#   ${program} completion fish > ~/.config/fish/completions/${program}.fish

# A word as the program would get it: of what fish does to words only "~/" and a variable in front are followed.
function __${name}_word
    set -l parts (string match --regex -- '^\\$(\\w+)(/.*)?$' "$argv[1]")
    if test (count $parts) -ge 2; and set -q $parts[2]
        set -l variable $parts[2]
        printf '%s\\n' "$$variable$parts[3]"
    else
        string replace --regex -- '^~/' "$HOME/" "$argv[1]"
    end
end

function __${name}_complete
    set -l current (commandline -ct)
    set -l words
    for word in (commandline -opc)
        set -a words (__${name}_word $word)
    end
    set -l last (string unescape -- "$current" 2>/dev/null; or string trim --left --chars '"\\'' -- "$current")
    set -l lines ($words[1] ${call} $words[2..] (__${name}_word "$last") 2>/dev/null)
    set -l directive (string replace --regex --filter '^:([0-9]+)$' '$1' -- $lines[-1])
    test -n "$directive"; or return
    set -e lines[-1]
    # Fish wants the whole word, also behind --flag=
    set -l before (string match --regex -- '^-[^=]*=' $current)
    for line in $lines
        printf '%s\\n' "$before$line"
    end
    if test (math "bitand($directive, 16)") -ne 0
        __fish_complete_directories (string replace -- "$before" '' $current) ''
    else if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path (string replace -- "$before" '' $current)
    end
end

complete -c ${program} -f -k -a '(__${name}_complete)'
`
}
