import type { Condition, KubeObject } from './objects.ts'

/** Pods as far as this program reads them. Any member may be absent. */

export interface Pod extends KubeObject {
  spec: {
    nodeName?: string
    containers: Container[] | null
    initContainers?: Container[]
    volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[]
  }
  status?: PodStatus
}

export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  /** `Always` on an init container that runs beside the others. */
  restartPolicy?: string
  ports?: { name?: string; containerPort: number }[]
  volumeMounts?: { name: string; mountPath: string }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  qosClass?: string
  podIP?: string
  hostIP?: string
  startTime?: string
  conditions?: (Condition & { lastProbeTime?: string | null })[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

export interface ContainerStatus {
  name: string
  image?: string
  imageID?: string
  ready?: boolean
  started?: boolean
  restartCount?: number
  state?: ContainerState
  lastState?: ContainerState
}

export interface ContainerState {
  running?: { startedAt?: string }
  waiting?: { reason?: string; message?: string }
  terminated?: { reason?: string; message?: string; exitCode?: number; startedAt?: string; finishedAt?: string }
}
