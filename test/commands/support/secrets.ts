import type { ApiServer } from '../../sandbox/sandbox.ts'

export interface StoredSecret {
  metadata: { name: string; namespace: string; labels?: Record<string, string>; [more: string]: unknown }
  type: string
  data: Record<string, string>
}

/** The secrets of one namespace of a server. */
export function secretsOf(server: ApiServer, namespace: string) {
  const kind = server.store.registry.byPlural('', 'v1', 'secrets')!
  const get = (name: string) => server.store.get(kind, namespace, name) as unknown as StoredSecret
  return {
    get,
    text: (name: string, key: string) => Buffer.from(get(name).data[key] ?? '', 'base64').toString(),
    put(name: string, type: string, texts: Record<string, string>, metadata: object = {}): void {
      const data = Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
      )
      server.store.put({ apiVersion: 'v1', kind: 'Secret', type, metadata: { name, namespace, ...metadata }, data })
    },
  }
}
