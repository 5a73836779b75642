import { Cron } from 'croner'
import { at, text } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import { seconds } from '../postgres/objects/metadata.ts'
import type { Desk } from './desk.ts'

const group = 'postgresql.cnpg.io'

/** Makes Backups when ScheduledBackups say so. */
export class Schedules {
  readonly #desk: Desk
  readonly #timers = new Map<string, Cron>()

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Follows a ScheduledBackup that was made, changed or deleted. */
  follow(object: StoredObject, gone: boolean): void {
    const { uid = '' } = object.metadata
    const schedule = text(object, 'spec', 'schedule')
    const timer = this.#timers.get(uid)
    if (gone || at(object, 'spec', 'suspend') === true || timer?.getPattern() !== schedule) {
      timer?.stop()
      this.#timers.delete(uid)
    }
    if (gone || text(object, 'spec', 'cluster', 'name') !== this.#desk.cluster.name) return
    if (at(object, 'spec', 'suspend') === true || this.#timers.has(uid)) return
    const cron = new Cron(schedule, { mode: '6-part', unref: true, timezone: 'UTC' }, () => this.#fire(object, false))
    this.#timers.set(uid, cron)
    this.#tell(object, cron)
    if (timer === undefined && at(object, 'spec', 'immediate') === true) this.#fire(object, true)
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.stop()
  }

  #fire(object: StoredObject, immediate: boolean): void {
    const desk = this.#desk
    if (desk.stopped) return
    const { name, namespace, uid = '' } = object.metadata
    const now = new Date()
    const spec = object['spec'] as Record<string, unknown>
    desk.put({
      apiVersion: `${group}/v1`,
      kind: 'Backup',
      metadata: {
        name: `${name}-${seconds(now).replace(/\D/g, '')}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: {
          'cnpg.io/cluster': desk.cluster.name,
          'cnpg.io/immediateBackup': String(immediate),
          'cnpg.io/scheduled-backup': name,
        },
        ...(spec['backupOwnerReference'] === 'self' && {
          ownerReferences: [{ apiVersion: `${group}/v1`, kind: 'ScheduledBackup', name, uid, controller: true }],
        }),
      },
      spec: {
        cluster: spec['cluster'],
        method: spec['method'] ?? 'barmanObjectStore',
        ...(spec['target'] === undefined ? {} : { target: spec['target'] }),
      },
    })
    const cron = this.#timers.get(uid)
    if (cron !== undefined) this.#tell(object, cron, now)
  }

  #tell(object: StoredObject, cron: Cron, fired?: Date): void {
    const next = cron.nextRun()
    this.#desk.change(
      'ScheduledBackup',
      object.metadata.name,
      (stored) => {
        stored['status'] = {
          ...(stored['status'] as object | undefined),
          lastCheckTime: seconds(new Date()),
          ...(fired !== undefined && { lastScheduleTime: seconds(fired) }),
          ...(next !== null && !this.#desk.old && { nextScheduleTime: seconds(next) }),
        }
      },
      group,
    )
  }
}
