/**
 * The process that owns every server of a sandbox. It lives in a session of its own, so that Ctrl-C in the terminal does not reach it,
 * and watches the channel to its parent: when that closes, for whatever reason (SIGKILL included), it ends the servers and removes
 * the folder. Messages are those of `supervisor.ts`.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import type { FromSupervisor, ToSupervisor } from './supervisor.ts'

const prefix = process.argv[2] ?? ''
const owner = process.argv[3] === undefined ? undefined : Number(process.argv[3])
const group = process.argv[4] === undefined ? undefined : Number(process.argv[4])

const folder = mkdtempSync(prefix)
chmodSync(folder, 0o700)
if (owner !== undefined && group !== undefined) chownSync(folder, owner, group)

const servers = new Map<number, ChildProcess>()
const adopted = new Set<number>()
let ending = false

function tell(message: FromSupervisor): void {
  if (process.connected) process.send?.(message)
}

function start(message: Extract<ToSupervisor, { type: 'spawn' }>): void {
  const log = openSync(message.log, 'a', 0o600)
  const child = spawn(message.file, message.args, {
    cwd: folder,
    env: message.env,
    stdio: ['ignore', log, log],
    ...(owner !== undefined && group !== undefined && { uid: owner, gid: group }),
  })
  closeSync(log)
  child.once('error', (error) => tell({ type: 'failed', id: message.id, message: error.message }))
  child.once('spawn', () => {
    servers.set(message.id, child)
    tell({ type: 'spawned', id: message.id, pid: child.pid ?? 0 })
  })
  child.once('exit', (code, signal) => {
    servers.delete(message.id)
    tell({ type: 'exit', id: message.id, code, signal })
    if (ending && servers.size === 0) finish()
  })
}

/** SIGQUIT makes a postmaster stop at once and still give back its shared memory; SIGKILL is the last resort. */
function end(): void {
  if (ending) return
  ending = true
  for (const pid of adopted) signal(pid, 'SIGKILL')
  for (const child of servers.values()) child.kill('SIGQUIT')
  if (servers.size === 0) return finish()
  setTimeout(() => {
    for (const child of servers.values()) child.kill('SIGKILL')
  }, 5000)
  setTimeout(finish, 7000)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended in the meantime.
  }
}

function finish(): void {
  // A server's log collector may outlive it by an instant and still write.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 })
  process.exit(0)
}

process.on('message', (message: ToSupervisor) => {
  if (ending) return
  switch (message.type) {
    case 'spawn':
      start(message)
      break
    case 'adopt':
      adopted.add(message.pid)
      break
    case 'release':
      adopted.delete(message.pid)
      break
  }
})
// Nobody reads what it says once the sandbox runs; that must not end it.
process.stderr.on('error', () => undefined)
process.on('disconnect', end)
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.on('SIGHUP', end)
tell({ type: 'ready', folder })
