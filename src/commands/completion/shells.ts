/** First words by which a script asks for candidates (spec/commands-core.md 1.9). */
export const CALL_DESCRIBED = '__complete'
export const CALL_BARE = '__completeNoDesc'

type Script = (program: string, call: string) => string

export interface Shell {
  /** The word on the command line. */
  name: string
  title: string
  /** What loads its script, behind `kubectl cnpg`. */
  load: string
  script: () => Promise<Script>
}

export const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    title: 'bash',
    load: 'completion bash > ~/.local/share/bash-completion/completions/kubectl-cnpg',
    script: async () => (await import('../../render/completion/bash.ts')).bashScript,
  },
  {
    name: 'fish',
    title: 'fish',
    load: 'completion fish > ~/.config/fish/completions/kubectl-cnpg.fish',
    script: async () => (await import('../../render/completion/fish.ts')).fishScript,
  },
  {
    name: 'powershell',
    title: 'PowerShell',
    load: 'completion powershell | Out-String | Invoke-Expression',
    script: async () => (await import('../../render/completion/powershell.ts')).powershellScript,
  },
  {
    name: 'zsh',
    title: 'zsh',
    load: 'completion zsh > "${fpath[1]}/_kubectl-cnpg"',
    script: async () => (await import('../../render/completion/zsh.ts')).zshScript,
  },
]
