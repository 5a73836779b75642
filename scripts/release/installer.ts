const STAMP = /^BASE_URL=''.*$/m

/** install.sh with the address of the releases in it; as it is when nobody said where they will be. */
export function installerFor(script: string, baseUrl: string | undefined): string {
  if (!STAMP.test(script)) throw new Error('install.sh has no line for the address of the releases')
  if (baseUrl === undefined) return script
  if (!/^https?:\/\/[^'\s]+$/.test(baseUrl)) throw new Error(`${baseUrl} is no http or https address`)
  return script.replace(STAMP, `BASE_URL='${baseUrl}'`)
}
