import type { Metafile, Plugin } from 'esbuild'
import { X509Certificate } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../scripts/build/bundle.ts'
import { readSources } from '../helpers/imports.ts'
import { root, runProcess } from '../helpers/process.ts'
import { createAuthority } from '../sandbox/postgres/certificates.ts'
import { startRecordedState } from '../sandbox/recorded/state.ts'

let folder: string
let metafile: Metafile
let instrumented: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-test-'))
  instrumented = join(folder, 'instrumented.cjs')
  await writeFile(join(folder, 'recorder.cjs'), RECORDER)
  const [built] = await Promise.all([
    bundle({ outfile: join(folder, 'cli.cjs') }),
    bundle({ outfile: instrumented, plugins: [recordEvaluation] }),
  ])
  metafile = built.metafile
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Makes every module note its path when it is evaluated. */
const recordEvaluation: Plugin = {
  name: 'record-evaluation',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const note = `globalThis.evaluated.push(${JSON.stringify(path.slice(root.length))});`
      return { contents: `${note}${text}`, loader: path.endsWith('ts') ? 'ts' : 'js' }
    })
  },
}

const RECORDER = `globalThis.evaluated = []
process.on('exit', () => require('node:fs').writeFileSync(process.env.EVALUATED, JSON.stringify(globalThis.evaluated)))`

interface Evaluated {
  /** Own modules, below src/. */
  own: string[]
  /** Packages, in alphabetical order. */
  packages: string[]
  /** Bytes of the packages' modules. */
  packageBytes: number
}

/** What a command line makes the program evaluate. */
async function evaluatedBy(argv: readonly string[], kubeconfig = '/nonexistent'): Promise<Evaluated> {
  const record = join(folder, `evaluated-${argv.join('-').replace(/\W/g, '')}.json`)
  const env = { ...process.env, EVALUATED: record, KUBECONFIG: kubeconfig }
  await runProcess(process.execPath, ['--require', join(folder, 'recorder.cjs'), instrumented, ...argv], { env })
  const paths = JSON.parse(await readFile(record, 'utf8')) as string[]
  const foreign = paths.filter((path) => path.startsWith('node_modules/'))
  return {
    own: paths.filter((path) => path.startsWith('src/')).map((path) => path.slice('src/'.length)),
    packages: [...new Set(foreign.map(packageOf))].sort(),
    packageBytes: foreign.reduce((sum, path) => sum + statSync(join(root, path)).size, 0),
  }
}

function packageOf(path: string): string {
  const [first = '', second = ''] = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length).split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

describe('the bundle', () => {
  test('holds neither undici nor what client-node signs in with, nor generated API classes', () => {
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.filter((path) => /node_modules\/(undici|openid-client|oauth4webapi|jose)\//.test(path))).toEqual([])
    expect(inputs.filter((path) => /client-node\/dist\/gen\/(apis\/.*Api|models\/)/.test(path))).toEqual([])
    expect(inputs).toContain('src/entry.ts')
  })

  test('loads no module of the runtime before it is used, and none member by member', async () => {
    const code = await readFile(join(folder, 'cli.cjs'), 'utf8')
    expect(code.match(/__toESM\(require\("(node:)?(process|fs|child_process|tty|https?)"/g)).toBeNull()
    expect(code).toContain('__builtin(()=>require("node:process"))')
    expect(code).toContain('__builtin(()=>require("node:fs/promises"))')
  })

  test('holds the packages that are loaded on first use', () => {
    const packages = new Set(
      Object.keys(metafile.inputs)
        .filter((path) => path.includes('node_modules/'))
        .map(packageOf),
    )
    for (const name of [
      '@kubernetes/client-node',
      'commander',
      'chalk',
      'ora',
      'socks',
      'socks-proxy-agent',
      'hpagent',
    ]) {
      expect(packages).toContain(name)
    }
  })

  test('is one file below 2 MB', () => {
    expect(Object.keys(metafile.outputs)).toHaveLength(1)
    expect(statSync(join(folder, 'cli.cjs')).size).toBeLessThan(2_000_000)
  })

  test('needs nothing but Node', async () => {
    const external = Object.values(metafile.outputs).flatMap((output) => output.imports.filter((item) => item.external))
    const foreign = external.filter((item) => !item.path.startsWith('node:')).map((item) => item.path)
    // What the packages require of Node without the prefix, and what ws, pg and debug take where it is.
    const known = [
      ...(await import('node:module')).builtinModules,
      'bufferutil',
      'utf-8-validate',
      'pg-native',
      'supports-color',
    ]
    expect(foreign.filter((path) => !known.includes(path))).toEqual([])
  })
})

describe('what is evaluated', () => {
  test.each([['version'], ['--version']])('by %s: nothing of anybody else, and little of ours', async (word) => {
    const { own, packages } = await evaluatedBy([word])
    expect(packages).toEqual([])
    expect(own.sort()).toEqual([
      'api/build-info.ts',
      'api/visible-text.ts',
      'commands/version-line.ts',
      'entry.ts',
      'errors/cli-error.ts',
      'errors/describe.ts',
      'errors/exit-codes.ts',
      'host/clock.ts',
      'host/descriptor.ts',
      'host/input.ts',
      'host/locale.ts',
      'host/node-host.ts',
      'host/output.ts',
      'host/painter.ts',
      'host/screen.ts',
      'host/signals.ts',
      'host/spinner.ts',
      'main.ts',
    ])
  })

  test.each([[['--help']], [['help']], [['status', '--help']], [['bogus']]])('by %j: commander alone', async (argv) => {
    const { own, packages } = await evaluatedBy(argv)
    expect(packages).toEqual(['commander'])
    // The flags of a verb's thresholds come from the table of rules, which is pure and ours.
    const rules = argv[0] === 'status' ? /^model\// : /^$/
    expect(
      own.filter((path) => /^(kube|snapshot|model|postgres|render|plan)\//.test(path) && !rules.test(path)),
    ).toEqual([])
  })

  test('by version -o json: no Kubernetes', async () => {
    const { packages } = await evaluatedBy(['version', '-o', 'json'])
    expect(packages).toEqual(['commander'])
  })
})

test('a status evaluates little besides our own', async () => {
  const server = await startRecordedState(`${root}test/fixtures/states/healthy`)
  try {
    const { cluster, namespace } = server.meta
    await writeFile(join(folder, 'config'), server.kubeconfigFor('admin'), { mode: 0o600 })
    const { own, packages, packageBytes } = await evaluatedBy(
      ['status', cluster, '-n', namespace],
      join(folder, 'config'),
    )
    expect(server.requests.length).toBeGreaterThan(5)
    // Where the proxy is slow to answer, exec is tried too.
    const withExec = server.requests.some(({ path }) => path.endsWith('/exec'))
    // cli-table3 brings those that measure text.
    expect(packages).toEqual([
      '@kubernetes/client-node',
      'ansi-regex',
      'cli-table3',
      'commander',
      'emoji-regex',
      'is-fullwidth-code-point',
      'js-yaml',
      'string-width',
      'strip-ansi',
      ...(withExec ? ['ws'] : []),
    ])
    expect(packageBytes).toBeLessThan(400_000)
    // Other forms of output and what shapes tables are loaded when asked for.
    expect(own.filter((path) => /^render\/(json|yaml|status-json|table-order)/.test(path))).toEqual([])
    expect(own).toContain('render/text.ts')
  } finally {
    await server.close()
  }
})

test('a certificate is made by what is left of its packages in the bundle', async () => {
  const server = await startRecordedState(`${root}test/fixtures/states/healthy`)
  try {
    const { cluster, namespace } = server.meta
    const authority = await createAuthority(cluster, namespace)
    const data = { 'ca.crt': base64(authority.certificate), 'ca.key': base64(authority.key) }
    const metadata = { name: `${cluster}-ca`, namespace }
    server.store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data })
    await writeFile(join(folder, 'config'), server.kubeconfigFor('admin', { namespace }), { mode: 0o600 })
    const words = ['certificate', 'x', '--cnpg-cluster', cluster, '--cnpg-user', 'app', '--dry-run', '-o', 'json']
    const env = { ...process.env, KUBECONFIG: join(folder, 'config') }
    const { code, stdout, stderr } = await runProcess(process.execPath, [join(folder, 'cli.cjs'), ...words], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const made = (JSON.parse(stdout) as { data: Record<string, string> }).data['tls.crt'] ?? ''
    const certificate = new X509Certificate(Buffer.from(made, 'base64'))
    expect(certificate.subject).toBe('CN=app')
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
  } finally {
    await server.close()
  }
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('what client-node has to go on offering', () => {
  const deep = readSources(`${root}src`).flatMap(({ text }) => text.match(/@kubernetes\/client-node[^'"]*/g) ?? [])

  test('is imported by deep paths only', () => {
    expect(deep.length).toBeGreaterThan(0)
    expect(deep.filter((path) => !path.startsWith('@kubernetes/client-node/dist/'))).toEqual([])
  })

  test.each([...new Set(deep)])('%s is there', (path) => {
    expect(existsSync(join(root, 'node_modules', path))).toBe(true)
  })

  test('its modules import what the stubs replace, by these names', async () => {
    const client = join(root, 'node_modules/@kubernetes/client-node/dist')
    const text = await readFile(join(client, 'config.js'), 'utf8')
    const authenticators = ['azure', 'exec', 'file', 'gcp', 'oidc'].map((name) => `./${name}_auth.js`)
    for (const name of ['./gen/index.js', 'undici', 'socks', 'socks-proxy-agent', ...authenticators]) {
      expect(text).toContain(`from '${name}'`)
    }
  })
})
