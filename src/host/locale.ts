import type { Host } from './types.ts'

/**
 * Whether a terminal shows more than ASCII: by the locale's encoding (POSIX: LC_ALL before LC_CTYPE before LANG), but not
 * on those that have only a small font. Windows tells no locale; its terminals of today do.
 */
export function showsUnicode(env: Host['env'], platform: NodeJS.Platform): boolean {
  const term = env['TERM']
  if (term === 'dumb' || term === 'linux') return false
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '')
  if (locale === undefined) return platform === 'win32'
  return /utf-?8/i.test(locale)
}
