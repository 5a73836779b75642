const STAMP = /^BASE_URL=''.*$/m

/** install.sh with the address of the releases in it; as it is when nobody said where they will be. */
export function installerFor(script: string, baseUrl: string | undefined): string {
  if (!STAMP.test(script)) throw new Error('install.sh has no line for the address of the releases')
  return baseUrl === undefined ? script : script.replace(STAMP, () => `BASE_URL='${checkedBaseUrl(baseUrl)}'`)
}

/** An address without slashes at its end. Throws when it is none, or one that could not stand in a script. */
export function checkedBaseUrl(text: string): string {
  if (!/^https?:\/\/[^'\s]+$/.test(text)) throw new Error(`${text} is no http or https address`)
  return text.replace(/\/+$/, '')
}
