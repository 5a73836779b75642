import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { packFolder, sha256Of } from '../../scripts/release/archive.ts'
import {
  archiveName,
  checksumsName,
  hostTarget,
  programName,
  shimName,
  type Target,
  targets,
} from '../../scripts/release/targets.ts'
import { root } from '../helpers/process.ts'

/** Path of a program; undefined when it is not on PATH. */
export function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))
}

/** A folder that is gone when `remove` is called. */
export async function scratchFolder(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), name))
  // Tests run programs as another user in it.
  await chmod(path, 0o755)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Puts a release for every system into `folder`, whose program is a script that says its version, or this text. */
export async function makeRelease(folder: string, version: string, program = scriptOf(version)): Promise<void> {
  const lines: string[] = []
  for (const target of targets) {
    const content = join(folder, '.content')
    await mkdir(content, { recursive: true })
    await writeFile(join(content, programName(target)), program, { mode: 0o755 })
    await cp(join(root, 'bin', shimName(target)), join(content, shimName(target)))
    const name = archiveName(version, target)
    await packFolder(content, join(folder, name), 0)
    lines.push(`${await sha256Of(join(folder, name))}  ${name}\n`)
    await rm(content, { recursive: true })
  }
  await writeFile(join(folder, checksumsName(version)), lines.join(''))
  await writeFile(join(folder, 'latest.txt'), `${version}\n`)
}

export function scriptOf(version: string): string {
  return `#!/bin/sh\necho 'Build: {Version:${version}}'\n`
}

/** The target of this machine. */
export function machineTarget(): Target {
  const target = hostTarget()
  if (target === undefined) throw new Error('there is no release for this machine')
  return target
}

export interface FileServer {
  url: string
  /** Paths asked for; whole addresses when it was asked as a proxy. */
  asked: string[]
  /** Answers instead of the files, when it returns true. */
  instead: ((path: string, response: ServerResponse, request: IncomingMessage) => boolean) | undefined
  close(): Promise<void>
}

/** Serves the files of a folder on a free port. */
export async function serveFolder(folder: string): Promise<FileServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    files.asked.push(path)
    if (files.instead?.(path, response, request) === true) return
    const file = join(folder, new URL(path, 'http://x').pathname)
    stat(file).then(
      ({ size }) => {
        response.writeHead(200, { 'Content-Length': String(size) })
        createReadStream(file).pipe(response)
      },
      () => response.writeHead(404).end('no such file'),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const files: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    instead: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return files
}

/** Contents of a file; undefined when there is none. */
export async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
