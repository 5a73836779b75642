import type { CliError } from '../errors/cli-error.ts'
import type { Session } from './session.ts'
import type { TransportStream } from './transport.ts'

const LARGEST_BODY = 64 * 1024

/** The error for a stream that was answered with a status of failure; reads its body, which says why. */
export async function failureOf(session: Session, path: string, stream: TransportStream): Promise<CliError> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream.body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > LARGEST_BODY) break
  }
  return session.failure({
    method: 'GET',
    path,
    status: stream.status,
    headers: stream.headers,
    body: Buffer.concat(chunks),
  })
}
