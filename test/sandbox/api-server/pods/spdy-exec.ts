import type { Duplex } from 'node:stream'
import { serveSpdy } from '../spdy/session.ts'
import type { SpdyStream } from '../spdy/session.ts'
import { failureOf, statusOf } from './exec.ts'
import type { ExecOptions } from './exec.ts'

/** Exec as kubectl up to 1.29 speaks it: one stream each for error, stdin, stdout, stderr and, with a terminal, resize. */
export async function execOverSpdy(connection: Duplex, options: ExecOptions): Promise<void> {
  const streams = new Map<string, SpdyStream>()
  const ended = new AbortController()
  const expected = ['error', ...options.streams.filter((name) => name !== 'stderr' || !options.tty)]
  if (options.tty) expected.push('resize')
  await serveSpdy(connection, (stream) => {
    streams.set(stream.headers.get('streamtype') ?? '', stream)
    if (expected.every((name) => streams.has(name)) && streams.size === expected.length)
      void run(options, streams, ended.signal).then(() => connection.end())
  })
  ended.abort()
}

async function run(options: ExecOptions, streams: Map<string, SpdyStream>, signal: AbortSignal): Promise<void> {
  const output = (name: string) => async (chunk: Uint8Array) => streams.get(name)?.write(chunk)
  const status = await options.backend
    .exec({
      container: options.container,
      command: options.command,
      tty: options.tty,
      stdin: streams.get('stdin')?.input,
      stdout: output('stdout'),
      stderr: output(options.tty ? 'stdout' : 'stderr'),
      onResize: (callback) => void readSizes(streams.get('resize'), callback),
      signal,
    })
    .then(statusOf, failureOf)
  await streams.get('error')?.write(Buffer.from(JSON.stringify(status)))
  for (const stream of streams.values()) await stream.end()
}

async function readSizes(
  stream: SpdyStream | undefined,
  callback: (size: { columns: number; rows: number }) => void,
): Promise<void> {
  for await (const chunk of stream?.input ?? []) {
    for (const line of Buffer.from(chunk).toString('utf8').split('\n').filter(Boolean)) {
      const size = JSON.parse(line) as { Width: number; Height: number }
      callback({ columns: size.Width, rows: size.Height })
    }
  }
}
