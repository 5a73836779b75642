import type { Duplex } from 'node:stream'
import type { PodBackend } from '../../types.ts'
import { serveSpdy } from '../spdy/session.ts'
import type { SpdyStream } from '../spdy/session.ts'

/**
 * Port-forward as kubectl speaks it (portforward.k8s.io): for each connection a pair of streams of one requestid, one for
 * data and one for the text of an error.
 */
export async function forwardOverSpdy(connection: Duplex, pod: string, backend: PodBackend): Promise<void> {
  const waiting = new Map<string, SpdyStream>()
  await serveSpdy(connection, (stream) => {
    const id = stream.headers.get('requestid') ?? ''
    const partner = waiting.get(id)
    if (partner === undefined) {
      waiting.set(id, stream)
      return
    }
    waiting.delete(id)
    const isData = stream.headers.get('streamtype') === 'data'
    void forward(isData ? stream : partner, isData ? partner : stream, pod, backend)
  })
  connection.end()
}

async function forward(data: SpdyStream, error: SpdyStream, pod: string, backend: PodBackend): Promise<void> {
  const port = Number(data.headers.get('port'))
  try {
    const target = await backend.connect(port)
    void (async () => {
      for await (const chunk of data.input)
        if (!target.write(chunk))
          await new Promise<void>((resolve) => target.once('drain', resolve).once('close', resolve))
      target.end()
    })()
    try {
      for await (const chunk of target) await data.write(chunk as Buffer)
    } finally {
      target.destroy()
    }
    await data.end()
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure)
    await error.write(Buffer.from(`error forwarding port ${port} to pod ${pod}: ${why}`))
    await data.end()
  }
  await error.end()
}
