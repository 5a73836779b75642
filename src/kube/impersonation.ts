import type { Impersonation } from './kubeconfig-types.ts'

/**
 * Impersonate-* headers; every group and every extra value is a line of its own. Extra keys are percent-encoded where
 * a header name may not hold them, values are sent as UTF-8 bytes (Kubernetes API, "User impersonation").
 */
export function impersonationHeaders(who: Impersonation): Record<string, string | string[]> {
  if (!who.as) return {}
  const headers: Record<string, string | string[]> = { 'Impersonate-User': bytes(who.as) }
  if (who.asUid) headers['Impersonate-Uid'] = bytes(who.asUid)
  if (who.asGroups && who.asGroups.length > 0) headers['Impersonate-Group'] = who.asGroups.map(bytes)
  for (const [key, values] of Object.entries(who.asUserExtra ?? {})) {
    headers[`Impersonate-Extra-${escapeKey(key)}`] = values.map(bytes)
  }
  return headers
}

function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const letter = String.fromCharCode(byte)
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** Node's headers are Latin-1: one character per byte of the UTF-8 text. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
