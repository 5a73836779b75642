/** How programs reach a server. */
export interface ConnectionFacts {
  host: string
  port: number
  user: string | null
  database: string
  /** Only when it is to be shown. */
  password?: string
  /** File with the CA of the server; without it TLS is used and the certificate not checked. */
  caFile?: string
  /** Files of a client certificate. */
  certificate?: { cert: string; key: string }
  /** File with the password for libpq. */
  passFile?: string
}

export interface ConnectionStrings {
  psql: string
  uri: string
  jdbc: string
  node: string
  python: string
}

/** Environment that libpq and most drivers read; the password only when it is to be shown. */
export function connectionEnvironment(facts: ConnectionFacts): Record<string, string> {
  const { caFile, certificate, passFile } = facts
  return {
    PGHOST: facts.host,
    PGPORT: String(facts.port),
    ...(facts.user === null ? {} : { PGUSER: facts.user }),
    PGDATABASE: facts.database,
    PGSSLMODE: sslMode(facts),
    ...(caFile === undefined ? {} : { PGSSLROOTCERT: caFile }),
    ...(certificate === undefined ? {} : { PGSSLCERT: certificate.cert, PGSSLKEY: certificate.key }),
    ...(passFile === undefined ? {} : { PGPASSFILE: passFile }),
    ...(facts.password === undefined ? {} : { PGPASSWORD: facts.password }),
  }
}

/** What to type or to paste, each for its program. */
export function connectionStrings(facts: ConnectionFacts): ConnectionStrings {
  const conninfo = conninfoOf(facts)
  return {
    psql: `psql ${shellQuoted(conninfo)}`,
    uri: uriOf(facts),
    jdbc: jdbcOf(facts),
    node: `new pg.Client(${nodeOf(facts)})`,
    python: `psycopg.connect(${scriptQuoted(conninfo)})`,
  }
}

/** A word for a POSIX shell. */
export function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A port-forward leads to 127.0.0.1, which no server's certificate names: the authority is what can be checked. */
function sslMode({ caFile }: ConnectionFacts): string {
  return caFile === undefined ? 'require' : 'verify-ca'
}

/** Keywords and values of libpq. */
function conninfoOf(facts: ConnectionFacts): string {
  return Object.entries({
    host: facts.host,
    port: String(facts.port),
    user: facts.user,
    dbname: facts.database,
    sslmode: sslMode(facts),
    sslrootcert: facts.caFile,
    sslcert: facts.certificate?.cert,
    sslkey: facts.certificate?.key,
    passfile: facts.passFile,
    password: facts.password,
  })
    .flatMap(([key, value]) => (value === undefined || value === null ? [] : [`${key}=${libpqQuoted(value)}`]))
    .join(' ')
}

function libpqQuoted(text: string): string {
  return /^[^\s'\\]+$/.test(text) ? text : `'${text.replace(/['\\]/g, (character) => `\\${character}`)}'`
}

function uriOf(facts: ConnectionFacts): string {
  const { user, password } = facts
  const login =
    user === null
      ? ''
      : `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@`
  const query = queryOf([
    ['sslmode', sslMode(facts)],
    ['sslrootcert', facts.caFile],
    ['sslcert', facts.certificate?.cert],
    ['sslkey', facts.certificate?.key],
  ])
  return `postgresql://${login}${facts.host}:${facts.port}/${encodeURIComponent(facts.database)}?${query}`
}

function jdbcOf(facts: ConnectionFacts): string {
  const query = queryOf([
    ['user', facts.user],
    ['password', facts.password],
    ['sslmode', sslMode(facts)],
    ['sslrootcert', facts.caFile],
    ['sslcert', facts.certificate?.cert],
    ['sslkey', facts.certificate?.key],
  ])
  return `jdbc:postgresql://${facts.host}:${facts.port}/${encodeURIComponent(facts.database)}?${query}`
}

/** Members of node-postgres' configuration; its sslmode means something else than libpq's. */
function nodeOf(facts: ConnectionFacts): string {
  const file = (path: string) => `fs.readFileSync(${scriptQuoted(path)})`
  const ssl = [
    ...(facts.caFile === undefined
      ? ['rejectUnauthorized: false']
      : [`ca: ${file(facts.caFile)}`, 'checkServerIdentity: () => undefined']),
    ...(facts.certificate === undefined
      ? []
      : [`cert: ${file(facts.certificate.cert)}`, `key: ${file(facts.certificate.key)}`]),
  ]
  const members = [
    `host: ${scriptQuoted(facts.host)}`,
    `port: ${facts.port}`,
    ...(facts.user === null ? [] : [`user: ${scriptQuoted(facts.user)}`]),
    `database: ${scriptQuoted(facts.database)}`,
    ...(facts.password === undefined ? [] : [`password: ${scriptQuoted(facts.password)}`]),
    `ssl: { ${ssl.join(', ')} }`,
  ]
  return `{ ${members.join(', ')} }`
}

function queryOf(pairs: readonly (readonly [string, string | null | undefined])[]): string {
  return pairs
    .flatMap(([key, value]) => (value === undefined || value === null ? [] : [`${key}=${encode(value)}`]))
    .join('&')
}

/** A value behind the question mark, where slashes mean nothing and stay readable. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/')
}

/** A string literal that JavaScript and Python read alike. */
function scriptQuoted(text: string): string {
  return JSON.stringify(text)
}
