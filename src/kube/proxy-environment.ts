import { BlockList, isIP } from 'node:net'

/**
 * The proxy that HTTPS_PROXY or HTTP_PROXY and NO_PROXY choose for `server`, by the rules of Go's net/http: upper case
 * first, no proxy for localhost and loopback addresses, NO_PROXY with addresses, CIDR ranges, domains (with their
 * subdomains; `.x` and `*.x` the subdomains only), ports and `*`. A bare `host:port` means http. Undefined: go straight.
 */
export function proxyFromEnvironment(
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const proxy = server.protocol === 'https:' ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy
  if (!proxy || isExempt(server, env.NO_PROXY || env.no_proxy || '')) return undefined
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
}

function isExempt(server: URL, list: string): boolean {
  const host = bare(server.hostname.toLowerCase())
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true
  return list.split(',').some((entry) => matches(entry.trim().toLowerCase(), host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const range = /^(.+)\/(\d+)$/.exec(entry)
  if (range?.[1] !== undefined && isIP(range[1]) !== 0) return inRange(host, range[1], Number(range[2]))

  const { name, port: only } = splitPort(entry)
  if (name === '' || (only !== undefined && only !== port)) return false
  if (isIP(name) !== 0) return isIP(host) !== 0 && inRange(host, name, isIP(name) === 4 ? 32 : 128)
  const domain = name.startsWith('*.') ? name.slice(1) : name
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
}

function inRange(host: string, network: string, bits: number): boolean {
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6'
  if (bits > (family === 'ipv4' ? 32 : 128) || isIP(host) !== (family === 'ipv4' ? 4 : 6)) return false
  const list = new BlockList()
  list.addSubnet(network, bits, family)
  return list.check(host, family)
}

/** `host:port`, `[v6]:port`, `[v6]`, or a name alone. */
function splitPort(entry: string): { name: string; port: string | undefined } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry)
  if (bracketed) return { name: bracketed[1] ?? '', port: bracketed[2] }
  const plain = /^([^:]*):(\d+)$/.exec(entry)
  return plain ? { name: plain[1] ?? '', port: plain[2] } : { name: entry, port: undefined }
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}
