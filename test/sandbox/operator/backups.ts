import { text } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import type { LivePod } from '../instance/live-pod.ts'
import { seconds } from '../postgres/objects/metadata.ts'
import { Stopped } from './desk.ts'
import type { Desk } from './desk.ts'
import { backupsOf, completedStatus, hopeless, runningStatus, startedStatus, tell } from './backup-object.ts'

const type = 'LastBackupSucceeded'

/** Makes the Backups of a cluster, one after the other: real base backups, whose bytes are thrown away (recorded backup-objects). */
export class Backups {
  readonly #desk: Desk
  #working: Promise<void> | undefined
  #again = false

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** What is under way; undefined when nothing is. */
  get working(): Promise<void> | undefined {
    return this.#working
  }

  /** Looks whether there is a Backup to be made. */
  look(): void {
    this.#again = true
    if (this.#working !== undefined) setImmediate(() => this.#queue())
    this.#working ??= this.#all().finally(() => {
      this.#working = undefined
      if (this.#again && !this.#desk.stopped) this.look()
    })
  }

  /** Whatever comes while another Backup is made, waits. */
  #queue(): void {
    if (this.#desk.stopped || this.#working === undefined) return
    for (const backup of backupsOf(this.#desk))
      if (text(backup, 'status', 'phase') === '') tell(this.#desk, backup.metadata.name, { phase: 'pending' })
  }

  async #all(): Promise<void> {
    // Whoever wrote is answered first.
    await new Promise((resolve) => setImmediate(resolve))
    this.#again = false
    for (;;) {
      const waiting = backupsOf(this.#desk).filter((backup) =>
        ['', 'pending'].includes(text(backup, 'status', 'phase')),
      )
      const [next, ...others] = waiting
      if (next === undefined || this.#desk.stopped) return
      try {
        for (const { metadata } of others) tell(this.#desk, metadata.name, { phase: 'pending' })
        await this.#make(next)
      } catch (error) {
        if (error instanceof Stopped || this.#desk.stopped) return
        this.#failed(next, (error as Error).message.split('\n')[0] ?? '')
      }
    }
  }

  async #make(backup: StoredObject): Promise<void> {
    const desk = this.#desk
    const { name } = backup.metadata
    const method = text(backup, 'spec', 'method') || 'barmanObjectStore'
    const why = hopeless(desk, method)
    if (why !== undefined) {
      if (!desk.old) tell(desk, name, { method })
      return this.#failed(backup, why)
    }
    desk.event('Starting', `Starting backup for cluster ${desk.cluster.name}`)
    const pod = this.#instanceFor(backup)
    tell(desk, name, startedStatus(desk, pod, method))
    this.#condition('False', 'BackupStarted', 'New Backup starting up')
    await desk.pause()
    // A server that is held down leaves its Backup running until it is back.
    await desk.until(() => pod.server.running || desk.cluster.pods.get(pod.name) !== pod, 'no server', 3_600_000)
    tell(desk, name, runningStatus(desk))
    await desk.pause()
    const startedAt = new Date()
    if (desk.faults.failBackups) throw new Error('exit status 2')
    const points = await pod.server.streamBaseBackup(name, desk.faults.backupRate || undefined)
    const status = completedStatus(desk, points, startedAt)
    tell(desk, name, status)
    this.#condition('True', 'LastBackupSucceeded', 'Backup was successful')
    desk.setStatus((cluster) => {
      const at = status['stoppedAt']
      cluster['firstRecoverabilityPoint'] ??= at
      if (desk.old) return
      cluster['firstRecoverabilityPointByMethod'] ??= { [method]: at }
      cluster['lastSuccessfulBackup'] = at
      cluster['lastSuccessfulBackupByMethod'] = { [method]: at }
    })
  }

  #failed(backup: StoredObject, error: string): void {
    const desk = this.#desk
    const now = seconds(new Date())
    tell(desk, backup.metadata.name, { error, phase: 'failed', ...(!desk.old && { reconciliationTerminatedAt: now }) })
    if (!desk.old) desk.setStatus((status) => (status['lastFailedBackup'] = now))
    this.#condition('False', 'LastBackupFailed', error)
  }

  #condition(status: string, reason: string, message: string): void {
    this.#desk.setCondition({ type, status, reason, message })
  }

  /** The instance a Backup is made of: a standby where that is preferred and there is one, else the primary. */
  #instanceFor(backup: StoredObject): LivePod {
    const desk = this.#desk
    const { cluster } = desk
    const wanted = text(backup, 'spec', 'target') || text({ target: desk.spec('backup', 'target') }, 'target')
    const standbys = [...cluster.pods.values()].filter((pod) => pod.name !== cluster.primary && !pod.terminating)
    const pod = wanted === 'primary' || desk.old ? desk.primaryPod : (standbys[0] ?? desk.primaryPod)
    if (pod === undefined) throw new Error('no instance to make the backup of')
    return pod
  }
}
