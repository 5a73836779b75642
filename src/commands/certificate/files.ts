import { randomBytes } from 'node:crypto'
import { constants, copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Cluster } from '../../api/cluster.ts'
import { Ports } from '../../api/constants.ts'
import type { IssuedPair } from '../../api/x509.ts'
import type { Context, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { inNamespace } from '../../plan/certificate-checks.ts'
import { connectionStrings, shellQuoted } from '../../render/connection-strings.ts'
import { loginTarget, readServerCa } from '../access/login.ts'
import type { Reading } from '../change/run.ts'
import { note } from '../note.ts'

/** The files of `--out`: certificate, key, and the CA of the servers, as psql and other programs of libpq take them. */
export class OutFiles {
  readonly #folder: string
  readonly #base: string
  readonly #overwrite: boolean
  readonly #context: Context
  #ca: { file: string; text: string } | undefined

  private constructor(folder: string, base: string, overwrite: boolean, context: Context) {
    this.#folder = folder
    this.#base = base
    this.#overwrite = overwrite
    this.#context = context
  }

  /** What the flags ask for; null without `--out`. Throws CliError (usage). */
  static from(options: OptionValues, secret: string, context: Context): OutFiles | null {
    const folder = options['out'] as string | undefined
    if (folder === '') throw new CliError({ kind: 'usage', message: '--out needs the name of a folder' })
    if (folder === undefined) return null
    return new OutFiles(resolve(context.host.cwd, folder), secret, options['overwrite'] === true, context)
  }

  get #certificate(): string {
    return join(this.#folder, `${this.#base}.crt`)
  }

  get #key(): string {
    return join(this.#folder, `${this.#base}.key`)
  }

  /** Reads what is known before the certificate: the CA of the servers. Throws CliError. */
  async readAuthority(cluster: Cluster, { session, signal }: Reading): Promise<void> {
    const text = await readServerCa(session, cluster, signal)
    this.#ca = { file: join(this.#folder, `${cluster.metadata.name}-ca.crt`), text }
  }

  /** Files that are there and would become others. */
  async inTheWay(): Promise<string[]> {
    if (this.#overwrite) return []
    const ca = this.#ca
    const found = await Promise.all([
      textOf(this.#certificate).then((text) => (text === undefined ? [] : [this.#certificate])),
      textOf(this.#key).then((text) => (text === undefined ? [] : [this.#key])),
      ca === undefined ? [] : textOf(ca.file).then((text) => (text === undefined || text === ca.text ? [] : [ca.file])),
    ])
    return found.flat()
  }

  /** Writes the files, for their owner alone, and says how to use them. Throws CliError; the secret is there all the same. */
  async write(cluster: Cluster, { certificate, key, facts }: IssuedPair): Promise<void> {
    const ca = this.#ca
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await writePrivate(this.#key, key, this.#overwrite)
      await writePrivate(this.#certificate, certificate, this.#overwrite)
      if (ca !== undefined && (await textOf(ca.file)) !== ca.text) await writePrivate(ca.file, ca.text, this.#overwrite)
    } catch (cause) {
      const { name, namespace = '' } = cluster.metadata
      throw new CliError({
        kind: 'failed',
        message: `the secret holds the certificate, but its files could not be written: ${reasonOf(cause)}`,
        hint: `Give another folder: ${inNamespace(`kubectl cnpg certificate renew ${this.#base} --cnpg-cluster ${name} --out DIR`, namespace)}`,
        cause,
      })
    }
    await note(this.#context, this.#usage(cluster, facts.commonName ?? '', ca?.file))
  }

  #usage(cluster: Cluster, user: string, caFile: string | undefined): string {
    const { name, namespace = '' } = cluster.metadata
    const { database } = loginTarget(cluster, { role: user })
    const certificate = { cert: this.#certificate, key: this.#key }
    const ca = caFile === undefined ? {} : { caFile }
    const host = `${name}-rw.${namespace}.svc`
    const { psql } = connectionStrings({ host, port: Ports.postgres, user, database, certificate, ...ca })
    const flags = [
      `--role ${shellQuoted(user)}`,
      `--pg-cert ${shellQuoted(certificate.cert)} --pg-key ${shellQuoted(certificate.key)}`,
      ...(caFile === undefined ? [] : [`--pg-ca ${shellQuoted(caFile)}`]),
    ]
    const connect = inNamespace(`kubectl cnpg connect ${name}`, namespace)
    return [
      `Written: ${[certificate.cert, certificate.key, ...(caFile === undefined ? [] : [caFile])].join(', ')}`,
      `From here:      ${connect} ${flags.join(' ')} -- psql`,
      `In the cluster: ${psql}`,
    ].join('\n')
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new CliError({ kind: 'config', message: `cannot look at ${file}: ${reasonOf(cause)}`, cause })
  }
}

/** A file that is whole or not there, and that only its owner may read; one that is there is kept unless told otherwise. */
async function writePrivate(file: string, text: string, overwrite: boolean): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`)
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (overwrite) await rename(draft, file)
    else await nameOnce(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Gives the draft its name, unless something has it: a rename would replace that. Some file systems know no links. */
async function nameOnce(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw cause
    await copyFile(draft, file, constants.COPYFILE_EXCL)
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
