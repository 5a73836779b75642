import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeHost } from '../helpers/fake-host.ts'
import type { ConnectionOptions } from '../../src/kube/connection-options.ts'
import { chooseConnection } from '../../src/kube/kubeconfig.ts'
import type { ChosenConnection } from '../../src/kube/kubeconfig.ts'
import { errorOf, temporaryFolder } from './helpers.ts'

/** A kubeconfig with one context, cluster and user of the same name; `extra` lines go under the named entry. */
function simple(name: string, extra: { cluster?: string; user?: string; context?: string } = {}): string {
  return `
apiVersion: v1
kind: Config
current-context: ${name}
clusters:
- name: ${name}
  cluster: { server: "https://${name}.example:6443"${extra.cluster ? `, ${extra.cluster}` : ''} }
users:
- name: ${name}
  user: { ${extra.user ?? 'token: secret'} }
contexts:
- name: ${name}
  context: { cluster: ${name}, user: ${name}${extra.context ? `, ${extra.context}` : ''} }
`
}

interface Setting {
  files?: Record<string, string>
  env?: Record<string, string>
  options?: ConnectionOptions
  /** Relative to the folder of the files. */
  accountDirectory?: string
}

/** Chooses with files in a temporary folder that is home and working directory; `FOLDER` in texts stands for it. */
async function choose(setting: Setting): Promise<{ chosen: ChosenConnection; folder: string }> {
  const folder = await temporaryFolder()
  for (const [path, text] of Object.entries(setting.files ?? {})) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const env = Object.fromEntries(
    Object.entries(setting.env ?? {}).map(([name, value]) => [name, value.replaceAll('FOLDER', folder)]),
  )
  const host = fakeHost({ env, cwd: folder, homeDir: folder })
  const chosen = await chooseConnection(setting.options ?? {}, host, join(folder, setting.accountDirectory ?? 'none'))
  return { chosen, folder }
}

const failure = (setting: Setting) => errorOf(choose(setting))

describe('which files are read', () => {
  it('reads ~/.kube/config', async () => {
    const { chosen } = await choose({ files: { '.kube/config': simple('home') } })
    expect(chosen).toMatchObject({
      context: 'home',
      cluster: { server: 'https://home.example:6443' },
      origin: 'kubeconfig',
    })
  })

  it('prefers KUBECONFIG to that, and the flag to KUBECONFIG', async () => {
    const files = { '.kube/config': simple('home'), 'env.yaml': simple('env'), 'flag.yaml': simple('flag') }
    const env = { KUBECONFIG: 'FOLDER/env.yaml' }
    expect((await choose({ files, env })).chosen.context).toBe('env')
    expect((await choose({ files, env, options: { kubeconfig: 'flag.yaml' } })).chosen.context).toBe('flag')
  })

  it('passes over missing files and empty items of a KUBECONFIG list', async () => {
    const { chosen } = await choose({
      files: { 'b.yaml': simple('b') },
      env: { KUBECONFIG: 'FOLDER/missing.yaml::FOLDER/b.yaml:FOLDER/nope/c.yaml' },
    })
    expect(chosen.context).toBe('b')
  })

  it('takes the first entry of a name as a whole, and the first current-context', async () => {
    const second = simple('a', { cluster: 'tls-server-name: second' }).replace('a.example', 'second.example')
    const { chosen } = await choose({
      files: { 'a.yaml': simple('a').replace('current-context: a', ''), 'b.yaml': `${second}`, 'c.yaml': simple('c') },
      env: { KUBECONFIG: 'FOLDER/a.yaml:FOLDER/b.yaml:FOLDER/c.yaml' },
    })
    expect(chosen.context).toBe('a')
    expect(chosen.cluster).toMatchObject({ server: 'https://a.example:6443', tlsServerName: undefined })
  })

  it('fails when the file of the flag is missing', async () => {
    const error = await failure({ options: { kubeconfig: 'nope.yaml' }, files: { '.kube/config': simple('home') } })
    expect(error).toMatchObject({ kind: 'config', exitCode: 1 })
    expect(error.message).toMatch(/nope\.yaml does not exist/)
  })

  it('resolves relative paths against the file that holds them', async () => {
    const { chosen, folder } = await choose({
      files: {
        'one/a.yaml': simple('a', { cluster: 'certificate-authority: pki/ca.crt' }),
        'two/b.yaml': simple('b', {
          user: 'client-certificate: b.crt, client-key: ../keys/b.key, tokenFile: token',
        }).replace('current-context: b', ''),
      },
      env: { KUBECONFIG: 'FOLDER/one/a.yaml:FOLDER/two/b.yaml' },
      options: { user: 'b' },
    })
    expect(chosen.cluster.caFile).toBe(join(folder, 'one/pki/ca.crt'))
    expect(chosen.user).toMatchObject({
      certFile: join(folder, 'two/b.crt'),
      keyFile: join(folder, 'keys/b.key'),
      tokenFile: join(folder, 'two/token'),
    })
  })

  it('resolves paths of flags against the working directory', async () => {
    const { chosen, folder } = await choose({
      files: { 'sub/a.yaml': simple('a', { cluster: 'certificate-authority-data: Zm9v' }) },
      options: {
        kubeconfig: 'sub/a.yaml',
        certificateAuthority: 'ca.crt',
        clientCertificate: '/abs.crt',
        clientKey: 'k',
      },
    })
    expect(chosen.cluster).toMatchObject({ caFile: join(folder, 'ca.crt'), caData: undefined })
    expect(chosen.user).toMatchObject({ certFile: '/abs.crt', keyFile: join(folder, 'k') })
  })

  it('reads JSON and YAML anchors with merge keys', async () => {
    const json = JSON.stringify({ 'current-context': 'j', contexts: [{ name: 'j', context: { cluster: 'j' } }] })
    const yaml =
      'base: &base { server: "https://j.example" }\nclusters: [{ name: j, cluster: { <<: *base, tls-server-name: t } }]'
    const { chosen } = await choose({
      files: { 'a.json': json, 'b.yaml': yaml },
      env: { KUBECONFIG: 'FOLDER/a.json:FOLDER/b.yaml' },
    })
    expect(chosen.cluster).toMatchObject({ server: 'https://j.example', tlsServerName: 't' })
  })
})

describe('broken files', () => {
  const broken = (text: string) => failure({ files: { '.kube/config': text } })

  it('says where YAML is wrong, without quoting secrets', async () => {
    const error = await broken('users:\n- name: u\n  user: { token: TOPSECRET\nclusters: [')
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(/\.kube\/config is not valid YAML in line \d/)
    expect(`${error.message}${error.hint}`).not.toContain('TOPSECRET')
  })

  it.each([
    ['a token that is a number', simple('a', { user: 'token: 123' }), /users\[0\]\.user\.token must be text/],
    ['clusters that are no list', 'clusters: { a: b }', /clusters must be a list/],
    ['a document that is a text', 'just words', /the document must be a mapping/],
    ['another kind', 'kind: Pod\napiVersion: v1', /kind must be "Config", not "Pod"/],
    ['an entry without a name', 'users: [{ user: {} }]', /users\[0\]\.name must be given/],
    ['two users of one name', 'users: [{ name: a }, { name: a }]', /two users named "a"/],
  ])('refuses %s', async (_name, text, message) => {
    const error = await broken(text)
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(message)
  })

  it('refuses a folder in place of a file', async () => {
    const error = await failure({ files: { 'd/x': '' }, env: { KUBECONFIG: 'FOLDER/d' } })
    expect(error).toMatchObject({ kind: 'config', hint: 'Name the file, not its folder.' })
  })

  it.each([
    ['token and password', { user: 'token: t, username: u, password: p' }, /a token and a password/],
    ['a certificate without key', { user: 'client-certificate-data: Zm9v' }, /without its key/],
    ['groups without a user', { user: 'as-groups: [g]' }, /without naming that user/],
    [
      'an authority that is not to be used',
      { cluster: 'certificate-authority-data: Zm9v, insecure-skip-tls-verify: true' },
      /insecure/,
    ],
    ['a removed auth-provider', { user: 'auth-provider: { name: gcp }' }, /Kubernetes 1\.26 removed/],
    [
      'an exec plugin of v1 without interactiveMode',
      { user: 'exec: { apiVersion: client.authentication.k8s.io/v1, command: x }' },
      /interactiveMode/,
    ],
    [
      'an exec plugin of v1alpha1',
      { user: 'exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: x }' },
      /unknown version/,
    ],
    [
      'an exec plugin without command',
      { user: 'exec: { apiVersion: client.authentication.k8s.io/v1 }' },
      /command must be given/,
    ],
    [
      'exec and auth-provider',
      { user: 'auth-provider: { name: oidc }, exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: x }' },
      /both/,
    ],
  ])('refuses an entry with %s', async (_name, extra, message) => {
    const error = await broken(simple('a', extra))
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(message)
  })

  it('does not mind faults in entries it does not use', async () => {
    const other = simple('b', { user: 'token: t, username: u' }).replace('current-context: b', '')
    const env = { KUBECONFIG: 'FOLDER/a:FOLDER/b' }
    expect((await choose({ files: { a: simple('a'), b: other }, env })).chosen.context).toBe('a')
  })
})

describe('which entries are chosen', () => {
  const files = {
    a: simple('prod-eu', { context: 'namespace: shop' }),
    b: simple('prod-us'),
    c: simple('staging', { cluster: 'tls-server-name: inside' }),
  }
  const env = { KUBECONFIG: 'FOLDER/a:FOLDER/b:FOLDER/c' }

  it('obeys --context, --cluster, --user and -n', async () => {
    const { chosen } = await choose({
      files,
      env,
      options: { context: 'prod-us', cluster: 'staging', user: 'prod-eu', namespace: 'n' },
    })
    expect(chosen).toMatchObject({
      context: 'prod-us',
      clusterName: 'staging',
      userName: 'prod-eu',
      cluster: { server: 'https://staging.example:6443' },
      namespace: 'n',
      namespaceIsExplicit: true,
    })
  })

  it('takes the namespace of the context, else default', async () => {
    expect((await choose({ files, env })).chosen).toMatchObject({ namespace: 'shop', namespaceIsExplicit: false })
    expect((await choose({ files, env, options: { context: 'prod-us' } })).chosen.namespace).toBe('default')
  })

  it.each([
    ['context', { context: 'prod-uz' }, /no context "prod-uz"/, /--context: prod-us, prod-eu, staging/],
    ['cluster', { cluster: 'stagin' }, /no cluster "stagin"/, /--cluster: staging, /],
    ['user', { user: 'x' }, /no user "x"/, /--user: /],
  ])('names what there is, nearest first, when the %s is unknown', async (_name, options, message, hint) => {
    const error = await failure({ files, env, options })
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  it('names the files it looked at when there is nothing to choose from', async () => {
    const error = await failure({ options: { context: 'x' } })
    expect(error.hint).toMatch(/no contexts at all in .*\/\.kube\/config \(not there\)/)
  })

  it('lists the contexts when none is current', async () => {
    const error = await failure({ files: { '.kube/config': simple('only').replace('current-context: only', '') } })
    expect(error).toMatchObject({ kind: 'config', message: 'the kubeconfig names no current context' })
    expect(error.hint).toContain('only')
  })

  it('names the cluster that a context asks for in vain', async () => {
    const text = 'current-context: x\ncontexts: [{ name: x, context: { cluster: gone } }]'
    const error = await failure({ files: { '.kube/config': text } })
    expect(error.message).toBe('context "x" names cluster "gone", which is not in the kubeconfig')
  })

  it('lets a context name a user that is not there, like kubectl', async () => {
    const text = simple('a').replace('user: a }', 'user: nobody }')
    expect((await choose({ files: { '.kube/config': text } })).chosen.user.token).toBeUndefined()
  })

  it('drops the TLS name of the entry with --server, unless one is given', async () => {
    const context = 'staging'
    const server = 'https://10.0.0.9'
    expect((await choose({ files, env, options: { context, server } })).chosen.cluster).toMatchObject({
      server,
      tlsServerName: undefined,
    })
    const { chosen } = await choose({ files, env, options: { context, server, tlsServerName: 'other' } })
    expect(chosen.cluster.tlsServerName).toBe('other')
  })

  it('drops the authority of the entry with --insecure-skip-tls-verify', async () => {
    const text = simple('a', { cluster: 'certificate-authority-data: Zm9v' })
    const { chosen } = await choose({ files: { '.kube/config': text }, options: { insecureSkipTlsVerify: true } })
    expect(chosen.cluster).toMatchObject({ skipTlsVerify: true, caData: undefined })
  })

  it('replaces every other login with --token, and certificate data with --client-certificate', async () => {
    const user = 'username: u, password: p, client-certificate-data: Zm9v, client-key-data: Zm9v'
    const options = { token: 't', clientCertificate: '/c', clientKey: '/k' }
    const { chosen } = await choose({ files: { '.kube/config': simple('a', { user }) }, options })
    expect(chosen.user).toMatchObject({
      token: 't',
      username: undefined,
      certFile: '/c',
      certData: undefined,
      keyFile: '/k',
    })
  })

  it('merges impersonation of the file and the flags', async () => {
    const user = 'token: t, as: file-user, as-uid: "7", as-groups: [g1], as-user-extra: { reason: [x, y] }'
    const file = { '.kube/config': simple('a', { user }) }
    expect((await choose({ files: file })).chosen.user).toMatchObject({
      as: 'file-user',
      asUid: '7',
      asGroups: ['g1'],
      asUserExtra: { reason: ['x', 'y'] },
    })
    const options = { as: 'me', asGroup: ['g2', 'g3'], asUserExtra: ['k=1', 'k=2=3'] }
    expect((await choose({ files: file, options })).chosen.user).toMatchObject({
      as: 'me',
      asUid: '7',
      asGroups: ['g2', 'g3'],
      asUserExtra: { k: ['1', '2=3'] },
    })
  })

  it('refuses an extra without a key', async () => {
    expect(await failure({ files, env, options: { as: 'me', asUserExtra: ['novalue'] } })).toMatchObject({
      kind: 'usage',
      exitCode: 2,
    })
  })
})

describe('without a kubeconfig', () => {
  it('uses kubectl’s address, or KUBERNETES_MASTER', async () => {
    expect((await choose({})).chosen).toMatchObject({
      origin: 'fallback',
      cluster: { server: 'http://localhost:8080' },
      namespace: 'default',
    })
    expect((await choose({ env: { KUBERNETES_MASTER: 'http://m:1' } })).chosen.cluster.server).toBe('http://m:1')
  })

  it('works with --server alone', async () => {
    const { chosen } = await choose({ options: { server: 'https://s', token: 't' } })
    expect(chosen).toMatchObject({ origin: 'kubeconfig', cluster: { server: 'https://s' }, user: { token: 't' } })
  })

  const account = { 'sa/token': 'pod-token\n', 'sa/namespace': 'apps\n', 'sa/ca.crt': 'CA' }
  const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }

  it('uses the service account of the pod', async () => {
    const { chosen, folder } = await choose({ files: account, env: inPod, accountDirectory: 'sa' })
    expect(chosen).toMatchObject({
      origin: 'pod',
      namespace: 'apps',
      cluster: { server: 'https://10.96.0.1:443', caFile: join(folder, 'sa/ca.crt') },
      user: { tokenFile: join(folder, 'sa/token') },
    })
  })

  it('writes an IPv6 address in brackets, and prefers POD_NAMESPACE', async () => {
    const env = { ...inPod, KUBERNETES_SERVICE_HOST: 'fd00::1', POD_NAMESPACE: 'mine' }
    const { chosen } = await choose({ files: account, env, accountDirectory: 'sa' })
    expect(chosen).toMatchObject({ cluster: { server: 'https://[fd00::1]:443' }, namespace: 'mine' })
  })

  it('prefers a kubeconfig to it, with the pod’s namespace when the context has none', async () => {
    const files = { ...account, '.kube/config': simple('home') }
    const { chosen } = await choose({ files, env: inPod, accountDirectory: 'sa' })
    expect(chosen).toMatchObject({ origin: 'kubeconfig', context: 'home', namespace: 'apps' })
  })

  it('obeys --token and --server in a pod', async () => {
    const { chosen } = await choose({ files: account, env: inPod, accountDirectory: 'sa', options: { token: 't' } })
    expect(chosen).toMatchObject({ origin: 'pod', user: { token: 't', tokenFile: undefined } })
  })
})
