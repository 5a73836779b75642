import { randomInt } from 'node:crypto'
import { createAuthority } from './certificates.ts'
import type { Authority, Dates, KeyPair } from './certificates.ts'
import type { Wire } from './config.ts'
import type { ServerFiles } from './server.ts'

/** Certificates and passwords of one cluster, and the content of its secrets (spec/wire-formats.md D). */
export class ClusterCredentials {
  readonly cluster: string
  readonly namespace: string
  readonly wire: Wire
  readonly authority: Authority
  readonly server: KeyPair
  readonly replication: KeyPair
  readonly appPassword = password()
  readonly superuserPassword = password()

  private constructor(
    owner: { cluster: string; namespace: string; wire: Wire },
    authority: Authority,
    server: KeyPair,
    replication: KeyPair,
  ) {
    this.cluster = owner.cluster
    this.namespace = owner.namespace
    this.wire = owner.wire
    this.authority = authority
    this.server = server
    this.replication = replication
  }

  static async create(cluster: string, namespace: string, wire: Wire, dates: Dates = {}): Promise<ClusterCredentials> {
    const authority = await createAuthority(cluster, namespace, dates)
    const [server, replication] = await Promise.all([
      authority.issue({ commonName: `${cluster}-rw`, dnsNames: serverNames(cluster, namespace, wire), ...dates }),
      authority.issue({ commonName: 'streaming_replica', ...dates }),
    ])
    return new ClusterCredentials({ cluster, namespace, wire }, authority, server, replication)
  }

  /** Names in the server's certificate. */
  get serverNames(): string[] {
    return serverNames(this.cluster, this.namespace, this.wire)
  }

  /** Files of /controller/certificates. */
  serverFiles(): ServerFiles {
    return {
      'server.crt': this.server.certificate,
      'server.key': this.server.key,
      'server-ca.crt': this.authority.certificate,
      'client-ca.crt': this.authority.certificate,
      'streaming_replica.crt': this.replication.certificate,
      'streaming_replica.key': this.replication.key,
    }
  }

  /** Data (plain, not yet base64) of the secrets by name; `-superuser` only where there is one. */
  secrets(superuserAccess: boolean): Record<string, { type: string; data: Record<string, string> }> {
    const { cluster } = this
    const tls = (pair: KeyPair) => ({
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': pair.certificate, 'tls.key': pair.key },
    })
    return {
      [`${cluster}-ca`]: {
        type: 'Opaque',
        data: { 'ca.crt': this.authority.certificate, 'ca.key': this.authority.key },
      },
      [`${cluster}-server`]: tls(this.server),
      [`${cluster}-replication`]: tls(this.replication),
      [`${cluster}-app`]: { type: 'kubernetes.io/basic-auth', data: this.#login('app', 'app', this.appPassword) },
      ...(superuserAccess && {
        [`${cluster}-superuser`]: {
          type: 'kubernetes.io/basic-auth',
          data: this.#login('postgres', '*', this.superuserPassword),
        },
      }),
    }
  }

  #login(username: string, dbname: string, secret: string): Record<string, string> {
    const host = `${this.cluster}-rw`
    const pgpass = `${host}:5432:${dbname}:${username}:${secret}\n`
    if (this.wire === '1.15.1') return { username, password: secret, pgpass }
    const near = `${host}.${this.namespace}:5432/${dbname}`
    const far = `${host}.${this.namespace}.svc.cluster.local:5432/${dbname}`
    const jdbc = (place: string) => `jdbc:postgresql://${place}?password=${secret}&user=${username}`
    return {
      username,
      user: username,
      password: secret,
      dbname,
      host,
      port: '5432',
      pgpass,
      uri: `postgresql://${username}:${secret}@${near}`,
      'jdbc-uri': jdbc(near),
      'fqdn-uri': `postgresql://${username}:${secret}@${far}`,
      'fqdn-jdbc-uri': jdbc(far),
    }
  }
}

function serverNames(cluster: string, namespace: string, wire: Wire): string[] {
  return ['rw', 'r', 'ro'].flatMap((kind) => {
    const name = `${cluster}-${kind}`
    const names = [name, `${name}.${namespace}`, `${name}.${namespace}.svc`]
    return wire === '1.15.1' ? names : [...names, `${name}.${namespace}.svc.cluster.local`]
  })
}

/** 64 characters, letters and digits. */
function password(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 64 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
