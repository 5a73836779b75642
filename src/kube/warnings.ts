import { plainText } from './plain-text.ts'

/** The texts of a `Warning` header with code 299 (RFC 7234, 5.5), which is how API servers warn; safe to show. */
export function warningsOf(header: string | undefined): string[] {
  if (header === undefined) return []
  // Node reads headers as Latin-1, API servers send UTF-8.
  const text = Buffer.from(header, 'latin1').toString('utf8')
  return [...text.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)]
    .map((match) => plainText((match[1] ?? '').replace(/\\(.)/g, '$1'), 500))
    .filter((text) => text !== '')
}
