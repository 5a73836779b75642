import { X509Certificate } from 'node:crypto'
import { CNPG_GROUP, CNPG_VERSION } from '../../api/constants.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { chooseConnection } from '../../kube/kubeconfig.ts'
import type { Session } from '../../kube/session.ts'
import type { DoctorItem, Standing } from '../../model/doctor/report.ts'

/** Clocks that differ by more than this many seconds are told; by more than the second number, lags and certificates are judged wrongly. */
const SKEW_NOTED = 3
const SKEW_BAD = 30
/** A client certificate that ends within so many days is told. */
const FEW_DAYS = 7

/** What the kubeconfig says; its error is an item, too. */
export async function kubeconfigItem({ connection, host }: Context): Promise<DoctorItem> {
  try {
    const { origin, files, context, userName, namespace } = await chooseConnection(connection, host)
    if (origin === 'pod')
      return item('Kubeconfig', 'good', `none: the service account of this pod, namespace ${namespace}`)
    const read = files.filter(({ found }) => found).map(({ path }) => path)
    if (origin === 'fallback') {
      return item('Kubeconfig', 'bad', 'there is none', 'Name one with --kubeconfig or KUBECONFIG.')
    }
    const parts = [`context ${context ?? '-'}`, `user ${userName ?? '-'}`, `namespace ${namespace}`]
    return item('Kubeconfig', 'good', `${read.join(', ') || 'flags only'}: ${parts.join(', ')}`)
  } catch (error) {
    return failed('Kubeconfig', error)
  }
}

/** The server, the way to it and both clocks; the first item is bad when it does not answer. */
export async function serverItems(session: Session, { host, signal }: Context): Promise<DoctorItem[]> {
  const started = host.clock.monotonic()
  try {
    const answer = await session.transport.request({
      method: 'GET',
      path: '/version',
      headers: { Accept: 'application/json' },
      signal,
    })
    const ms = host.clock.monotonic() - started
    const { gitVersion } = versionIn(answer.body)
    const reached = `${session.server}, answers in ${Math.round(ms)} ms`
    return [
      answer.status === 401
        ? item(
            'API server',
            'bad',
            `${session.server} does not know us (401)`,
            'Log in again; `kubectl auth whoami` should work, too.',
          )
        : item('API server', 'good', reached),
      await tlsItem(session, host.clock.now()),
      skewItem(answer.headers['date'], host.clock.now(), ms),
      gitVersion === undefined
        ? item('Kubernetes', 'unknown', `the version is not told (${answer.status})`)
        : item('Kubernetes', 'good', gitVersion),
    ]
  } catch (error) {
    return [failed('API server', error)]
  }
}

/** Which kinds of CloudNativePG the server serves, and in which versions. */
export async function kindsItem(session: Session, signal: AbortSignal): Promise<DoctorItem> {
  const subject = 'CloudNativePG API'
  try {
    const { versions = [] } = await session.getJson<{ versions?: { version: string }[] }>(`/apis/${CNPG_GROUP}`, {
      signal,
    })
    const served = versions.map(({ version }) => version)
    if (!served.includes(CNPG_VERSION)) {
      return item(
        subject,
        'bad',
        `${CNPG_GROUP} is served as ${served.join(', ') || 'nothing'}, and ${CNPG_VERSION} is needed`,
      )
    }
    const { resources = [] } = await session.getJson<{ resources?: { name: string }[] }>(
      `/apis/${CNPG_GROUP}/${CNPG_VERSION}`,
      { signal },
    )
    const kinds = resources.map(({ name }) => name).filter((name) => !name.includes('/'))
    return item(subject, 'good', `${served.join(', ')}: ${kinds.sort().join(', ')}`)
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') {
      return item(
        subject,
        'bad',
        `the server has no API group ${CNPG_GROUP}: the operator is not installed there`,
        'Is this the right context (--context)?',
      )
    }
    return failed(subject, error)
  }
}

/** A failure as an item; what is no failure of the outside is thrown on. */
export function failed(subject: string, error: unknown, standing: Standing = 'bad'): DoctorItem {
  if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
  return item(subject, standing, error.message, error.hint)
}

export function item(subject: string, standing: Standing, text: string, hint?: string): DoctorItem {
  return { subject, standing, text, hint: hint ?? null }
}

async function tlsItem(session: Session, now: Date): Promise<DoctorItem> {
  const { url, tls } = await session.dialOptions()
  if (url.startsWith('http:')) return item('TLS', 'note', 'none: the connection is not encrypted')
  if (!tls.rejectUnauthorized) {
    return item(
      'TLS',
      'note',
      'the certificate of the server is not checked',
      'insecure-skip-tls-verify lets anybody on the way read along.',
    )
  }
  const authority = tls.ca === undefined ? 'the authorities of this system' : 'the authority of the kubeconfig'
  const own = clientCertificate(tls.cert, now)
  return item(
    'TLS',
    own?.standing ?? 'good',
    [`the server is known to ${authority}`, own?.text].filter(Boolean).join('; '),
    own?.hint,
  )
}

function clientCertificate(
  cert: string | Buffer | undefined,
  now: Date,
): { standing: Standing; text: string; hint?: string } | undefined {
  if (cert === undefined) return undefined
  const end = Date.parse(new X509Certificate(cert).validTo)
  if (Number.isNaN(end)) return undefined
  const days = Math.floor((end - now.getTime()) / 86_400_000)
  const text = `our certificate ends ${new Date(end).toISOString()}`
  if (days >= FEW_DAYS) return { standing: 'good', text }
  return {
    standing: days < 0 ? 'bad' : 'note',
    text,
    hint: 'Whoever gave you the kubeconfig can renew the certificate in it.',
  }
}

/** By the Date of the answer, which knows whole seconds only and left within the time that the answer took. */
function skewItem(date: string | undefined, now: Date, tookMs: number): DoctorItem {
  const server = Date.parse(date ?? '')
  if (Number.isNaN(server)) return item('Clock', 'unknown', 'the server does not tell its time')
  const ahead = (server - now.getTime()) / 1000
  const unsure = 1 + tookMs / 1000
  const off = Math.max(0, Math.abs(ahead) - unsure)
  if (off === 0) return item('Clock', 'good', 'that of the server is the same')
  const text = `that of the server is ${Math.round(Math.abs(ahead))} s ${ahead > 0 ? 'ahead' : 'behind'}`
  if (off <= SKEW_NOTED) return item('Clock', 'good', text)
  const hint = 'Ages, lags and the ends of certificates are told by this clock: let both follow an NTP server.'
  return item('Clock', off > SKEW_BAD ? 'bad' : 'note', text, hint)
}

function versionIn(body: Uint8Array): { gitVersion?: string } {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as { gitVersion?: string }
  } catch {
    return {}
  }
}
