import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { bunExecutable } from './bun.ts'
import type { Program } from './parts.ts'

export interface CompileOptions {
  program: Program
  outfile: string
  /** Path of the Bun executable that becomes the program; that of this machine by default. */
  runtime?: string
  /** What that Bun is for, where it is for another system: the name of its npm package, such as `bun-darwin-aarch64`. */
  system?: string
}

/** What makes the program safe and quick; each has its reason in the comment beside it. */
const FLAGS = [
  '--compile',
  // Parsed at build time: start-up takes half as long.
  '--bytecode',
  // Without these two, files of the folder it is called in would set its environment, and run code inside it.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  // One TLS connection for all requests, where the server speaks HTTP/2.
  '--compile-exec-argv=--experimental-http2-fetch',
  // Most runs are over before optimised code would pay.
  '--compile-jit-policy=50',
]

/** Makes a standalone executable of a program and a Bun runtime; reads nothing from the network. */
export async function compileBinary(options: CompileOptions): Promise<void> {
  const { program, outfile, runtime = bunExecutable(), system } = options
  // Bun leaves its unfinished work in the current directory.
  const folder = await mkdtemp(join(dirname(outfile), '.compile-'))
  try {
    const made = join(folder, outfile.endsWith('.exe') ? 'program.exe' : 'program')
    for (const file of program.files) await copyFile(join(program.folder, file), join(folder, file))
    // What one file requires of another is found in the executable when it runs. These names count from the current directory.
    const others = program.files.slice(1).flatMap((file) => ['--external', `./${file}`])
    const argv = [
      'build',
      ...program.files,
      ...FLAGS,
      ...others,
      '--compile-executable-path',
      runtime,
      '--outfile',
      made,
    ]
    if (system !== undefined) argv.push(`--target=${system}`)
    await promisify(execFile)(bunExecutable(), argv, { cwd: folder })
    await rename(made, outfile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
