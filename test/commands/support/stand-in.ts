import { aCluster, aPod } from '../../snapshot/support/objects.ts'
import { type ApiServer, startApiServer } from '../../sandbox/sandbox.ts'
import { ConnectionFailure } from '../../sandbox/types.ts'
import type { ExecRequest, PodBackend } from '../../sandbox/types.ts'

export interface StandIn {
  server: ApiServer
  kubeconfig: string
  /** What was run in the pods so far. */
  ran: (ExecRequest & { pod: string })[]
  close: () => Promise<void>
}

export interface StandInPod {
  role?: string
  ready?: boolean
  phase?: string
  deleting?: boolean
}

/** Program of a pod: resolves to its exit code. */
export type Program = (request: ExecRequest) => Promise<number>

/** An API server with the cluster `shop-db` in namespace `shop`, whose pods run `program` whatever they are asked to run. */
export async function startStandIn(program: Program, pods: readonly StandInPod[] = [{}]): Promise<StandIn> {
  const server = await startApiServer()
  const ran: StandIn['ran'] = []
  const names = pods.map((_, index) => `shop-db-${index + 1}`)
  server.store.put({ apiVersion: 'postgresql.cnpg.io/v1', ...aCluster('shop-db', { instanceNames: names }) } as never)
  for (const [index, facts] of pods.entries()) {
    const pod = standInPod(index + 1, facts)
    server.store.put(pod as never)
    server.setPod('shop', pod.metadata.name, backend(pod.metadata.name, program, ran))
  }
  return { server, kubeconfig: server.kubeconfigFor('admin', { namespace: 'shop' }), ran, close: server.close }
}

/** The pod of an instance, the first one a primary unless told otherwise. */
function standInPod(serial: number, { role, ready = true, phase, deleting }: StandInPod) {
  const pod = aPod('shop-db', serial)
  const label = role ?? (serial === 1 ? 'primary' : 'replica')
  return {
    ...pod,
    apiVersion: 'v1',
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, ...(label === 'none' ? {} : { 'cnpg.io/instanceRole': label }) },
      ...(deleting === true ? { deletionTimestamp: '2026-11-23T06:00:00Z' } : {}),
    },
    status: {
      ...pod.status,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...(phase === undefined
        ? {}
        : { phase, containerStatuses: [{ name: 'postgres', state: { waiting: { reason: 'ImagePullBackOff' } } }] }),
    },
  }
}

function backend(pod: string, program: Program, ran: StandIn['ran']): PodBackend {
  const refuse = () => Promise.reject(new ConnectionFailure('connection refused'))
  return {
    http: refuse,
    connect: refuse,
    logs: async function* () {},
    exec(request) {
      ran.push({ ...request, pod })
      return program(request)
    },
  }
}

/** A program that copies its input. */
export const copy: Program = async (request) => {
  for await (const chunk of request.stdin ?? []) await request.stdout(chunk)
  return 0
}

/** A program that ends at once. */
export function exiting(code: number): Program {
  return () => Promise.resolve(code)
}
