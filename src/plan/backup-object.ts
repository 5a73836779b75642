import type { Backup } from '../api/companions.ts'
import { CNPG_GROUP, CNPG_VERSION, Labels } from '../api/constants.ts'
import type { BackupMethod } from '../model/backups/method.ts'

/** What a user wants of a backup; what is undefined the operator decides. */
export interface BackupIntent {
  /** Of the Backup object. */
  name: string
  target: 'primary' | 'prefer-standby' | undefined
  method: BackupMethod | undefined
  online: boolean | undefined
  immediateCheckpoint: boolean | undefined
  waitForArchive: boolean | undefined
  plugin: string | undefined
  parameters: Readonly<Record<string, string>>
}

/** What is sent: the object of the official plugin (spec/commands-core.md 8.2), status included. */
export type NewBackup = Omit<Backup, 'status'> & { status: { snapshotBackupStatus: object } }

/** The Backup object of an intent, field for field the official's. */
export function backupObject(namespace: string, cluster: string, intent: BackupIntent): NewBackup {
  const { name, target, method, online, immediateCheckpoint, waitForArchive, plugin, parameters } = intent
  const onlineConfiguration = {
    ...(waitForArchive === undefined ? {} : { waitForArchive }),
    ...(immediateCheckpoint === undefined ? {} : { immediateCheckpoint }),
  }
  return {
    apiVersion: `${CNPG_GROUP}/${CNPG_VERSION}`,
    kind: 'Backup',
    metadata: { name, namespace, labels: { [Labels.cluster]: cluster } },
    spec: {
      cluster: { name: cluster },
      ...(target === undefined ? {} : { target }),
      ...(method === undefined ? {} : { method }),
      ...(plugin === undefined ? {} : { pluginConfiguration: pluginConfiguration(plugin, parameters) }),
      ...(online === undefined ? {} : { online }),
      ...(Object.keys(onlineConfiguration).length === 0 ? {} : { onlineConfiguration }),
    },
    status: { snapshotBackupStatus: {} },
  }
}

function pluginConfiguration(name: string, parameters: Readonly<Record<string, string>>) {
  return Object.keys(parameters).length === 0 ? { name } : { name, parameters: { ...parameters } }
}

/** `CLUSTER-yyyymmddHHMMSS` in UTC, as the official names them since after 1.30.0; `again`: the name is taken so many times. */
export function defaultBackupName(cluster: string, at: Date, again = 0): string {
  const stamp = at.toISOString().slice(0, 19).replace(/\D/g, '')
  return again === 0 ? `${cluster}-${stamp}` : `${cluster}-${stamp}-${again + 1}`
}
