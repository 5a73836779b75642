import { POSTGRES_CONTAINER } from '../api/constants.ts'
import type { Pod } from '../api/pod.ts'
import type { InstanceDetails } from '../api/snapshot.ts'
import { plainText } from '../kube/plain-text.ts'
import { runInPod } from './ways/exec.ts'
import type { InstanceTarget } from './ways/target.ts'

type Volumes = NonNullable<InstanceDetails['volumes']>

/**
 * Total and free bytes of an instance's volumes by `df` in the container: no API of Kubernetes tells them. A mount that `df`
 * cannot read is left out. Throws WayError, CliError, or Error when `df` said nothing usable.
 */
export async function readVolumes(target: InstanceTarget, signal: AbortSignal): Promise<Volumes> {
  const mounts = claimMounts(target.pod)
  if (mounts.length === 0) return []
  const output = await runInPod(target, ['df', '-P', '-k', '--', ...mounts], { signal })
  const volumes = parseDf(output.stdout, mounts)
  if (volumes.length === 0) throw new Error(`df: ${plainText(output.stderr, 160)}`)
  return volumes
}

/** Where the container mounts volumes that are claims: the data, WAL and tablespaces of spec/wire-formats.md E.1. */
export function claimMounts(pod: Pod): string[] {
  const claims = new Set(
    (pod.spec.volumes ?? [])
      .filter((volume) => volume.persistentVolumeClaim !== undefined)
      .map((volume) => volume.name),
  )
  const container = pod.spec.containers?.find(({ name }) => name === POSTGRES_CONTAINER)
  return (container?.volumeMounts ?? []).filter((mount) => claims.has(mount.name)).map((mount) => mount.mountPath)
}

/**
 * Reads the POSIX format of `df -P -k`: device, kilobytes in all, used, available, percent, mount point. Free is what is available
 * to PostgreSQL, without the reserve of the system administrator.
 */
export function parseDf(text: string, mounts: readonly string[]): Volumes {
  const volumes = text.split('\n').flatMap((line) => {
    const [, total, free, mount] = /\s(\d+)\s+\d+\s+(-?\d+)\s+\S+\s+(\/.*)$/.exec(line) ?? []
    if (mount === undefined) return []
    return [{ mount, totalBytes: Number(total) * 1024, freeBytes: Math.max(0, Number(free)) * 1024 }]
  })
  return volumes.filter(({ mount }) => mounts.includes(mount))
}
