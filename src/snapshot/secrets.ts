import type { KubeObject } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'

export interface Secret extends KubeObject {
  type?: string
  /** Base64. */
  data?: Record<string, string>
}

/** Reads one secret. Throws CliError (forbidden, missing …). */
export async function readSecret(
  session: Session,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Secret> {
  return session.getJson<Secret>(pathOf(Resources.secrets, { namespace, name }), { signal })
}

/** The text under a key; undefined when there is none. */
export function secretText(secret: Secret, key: string): string | undefined {
  const value = secret.data?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
}

/** The text under a key. Throws CliError (failed) when there is none. */
export function textOf(secret: Secret, key: string): string {
  const text = secretText(secret, key)
  if (text === undefined) {
    throw new CliError({ kind: 'failed', message: `the secret ${secret.metadata.name} has no ${key}` })
  }
  return text
}
