import { spawn } from 'node:child_process'
import { containerPaths, toContainer, toHost } from '../postgres/layout.ts'
import type { ExecRequest } from '../types.ts'
import type { ContainerContext } from './exec.ts'

/** `du` and `df` of the machine over the real files; what they print has the container's paths. */
export function runDiskCommand(program: 'du' | 'df') {
  return async (context: ContainerContext, args: string[], request: ExecRequest): Promise<number> => {
    const { layout } = context.server
    const paths = args.length === 0 || args.every((arg) => arg.startsWith('-')) ? [...args, layout.data] : args
    const { code, stdout, stderr } = await output(
      program,
      paths.map((arg) => toHost(layout, arg)),
    )
    const text = toContainer(layout, stdout)
    await request.stdout(Buffer.from(program === 'df' ? asVolume(text) : text))
    await request.stderr(Buffer.from(toContainer(layout, stderr)))
    return code
  }
}

/** The file system of the machine appears as the volume that a container has mounted. */
function asVolume(text: string): string {
  return text
    .split('\n')
    .map((line, index) =>
      index === 0 || line === '' ? line : line.replace(/^\S+/, '/dev/pgdata').replace(/\S+$/, containerPaths.volume),
    )
    .join('\n')
}

async function output(file: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
  })
}
