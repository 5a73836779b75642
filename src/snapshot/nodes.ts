import type { KubeNode } from '../api/objects.ts'
import type { MissingPart, Part } from '../api/part.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import { whyNodeIsOut } from './not-asked.ts'
import type { GatherOptions } from './objects.ts'
import { partOf, present } from './parts.ts'
import { ruleOf } from './rules.ts'
import type { Reader } from './reader.ts'

/** Limit of one node's request: instances wait for its answer before they are asked. */
const NODE_MS = 1000

/** Reads nodes by name, each at most once. */
export class NodeReader {
  readonly #reader: Reader
  readonly #options: GatherOptions
  readonly #nodes = new Map<string, Promise<Part<KubeNode>>>()

  constructor(reader: Reader, options: GatherOptions) {
    this.#reader = reader
    this.#options = options
  }

  /** One node as a part; rejects with the user's interruption. */
  read(name: string): Promise<Part<KubeNode>> {
    let node = this.#nodes.get(name)
    if (node === undefined) {
      const path = pathOf(Resources.nodes, { name })
      const answer = this.#reader.getJson<KubeNode>(path, { signal: this.#options.signal, timeoutMs: NODE_MS })
      node = partOf(answer, { ...this.#options, rule: `${ruleOf(Resources.nodes, 'get')} (a ClusterRole)` })
      this.#nodes.set(name, node)
    }
    return node
  }

  /** Why pods on a node need not be waited for; undefined also when nothing is known of it. */
  async out(name: string): Promise<MissingPart | undefined> {
    const node = await this.read(name)
    return node.ok ? whyNodeIsOut(node.value) : undefined
  }

  /** What was read of these; undefined when nothing was. Nodes that are gone are left out. */
  async part(names: readonly string[]): Promise<Part<KubeNode[]> | undefined> {
    const reads = names.flatMap((name) => this.#nodes.get(name) ?? [])
    if (reads.length === 0) return undefined
    const parts = await Promise.all(reads)
    const failed = parts.find((part) => !part.ok && part.reason !== 'missing')
    const nodes = parts.flatMap((part) => (part.ok ? [part.value] : []))
    return failed !== undefined && nodes.length === 0 ? (failed as MissingPart) : present(nodes, this.#options.clock)
  }
}
