/** What this program was built from. */
export interface BuildInfo {
  version: string
  commit: string
  /** Day of the build, `YYYY-MM-DD`. */
  date: string
}

/** Written in by scripts/build; absent when the sources run unbundled. */
declare const KUBECTL_CNPG_BUILD: BuildInfo | undefined

export const buildInfo: BuildInfo =
  typeof KUBECTL_CNPG_BUILD === 'undefined'
    ? { version: '0.0.0-source', commit: 'none', date: 'unknown' }
    : KUBECTL_CNPG_BUILD
